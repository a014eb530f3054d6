"""dialer.core.dialogs: the limits fit into one another."""

from dialer.core.dialogs import DIALOG_GUARD, DIALOG_LIMIT, NOBODY_AT_IT


def test_the_route_ends_a_dialog_before_the_core_takes_the_leg_back() -> None:
    assert DIALOG_LIMIT < DIALOG_GUARD


def test_at_first_no_dialog_is_open() -> None:
    assert (NOBODY_AT_IT.dialog, NOBODY_AT_IT.wants_callback, NOBODY_AT_IT.told) == (None, False, "")
