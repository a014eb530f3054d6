"""dialer.core.own_callbacks: what is at hand, and for how long it is one agent's alone."""

from datetime import timedelta

import pytest

from dialer.core.own_callbacks import OwnCallbacks, is_own
from dialer.core.policy import CallbackPolicy
from tests.factories import ANNA, BEN, NOW, make_lead, make_policy

POLICY = make_policy(callbacks=CallbackPolicy(mine_for=timedelta(minutes=10)))
HERS = make_lead(1, callback=True, owner=ANNA)


@pytest.mark.parametrize(("minutes", "own"), [(0, True), (9, True), (10, False), (60, False)])
def test_it_is_its_owners_for_so_long_after_it_was_due(minutes: int, own: bool) -> None:
    assert is_own(HERS, POLICY, NOW + timedelta(minutes=minutes)) is own
    assert not is_own(make_lead(1, callback=True), POLICY, NOW)


def test_nobody_waits_for_an_owner_where_the_campaign_does_not_want_it() -> None:
    assert not is_own(HERS, make_policy(callbacks=CallbackPolicy(mine_for=timedelta(0))), NOW)


def test_a_lead_is_at_hand_once_and_keeps_its_place() -> None:
    his = make_lead(2, callback=True, owner=BEN)
    own = OwnCallbacks().filled((HERS, his), NOW).filled((HERS,), NOW + timedelta(minutes=1))
    assert own.leads == (HERS, his)
    assert [one.since for one in own.waiting] == [NOW, NOW]
    assert own.owners == {ANNA, BEN}
    assert len(own) == 2
    assert own.without(HERS).leads == (his,)


def test_those_that_waited_too_long_are_named() -> None:
    late = make_lead(2, callback=True, owner=BEN, due_at=NOW - timedelta(minutes=10))
    assert OwnCallbacks().filled((HERS, late), NOW).lapsed(POLICY, NOW) == (late,)
