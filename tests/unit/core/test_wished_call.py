"""dialer.core.wished_call: a call keeps what its customer wishes, in the states in which somebody can say it."""

from datetime import timedelta

import pytest

from dialer.core import signals as sig
from dialer.core.callback import Callback
from dialer.core.commands import KeepWish
from dialer.core.wished_call import by_default, step
from dialer.core.words import CallState
from tests.factories import ANNA, NOW, SALE, make_call, make_policy

TOMORROW = Callback(at=NOW + timedelta(days=1), asked_for=NOW + timedelta(days=1), owner=ANNA)
KEEPS = (CallState.TALKING, CallState.ENDING, CallState.WRAPPING)


@pytest.mark.parametrize("state", CallState)
def test_a_callback_is_kept_while_the_outcome_is_open(state: CallState) -> None:
    call, wishes = step(make_call(state=state), sig.CallbackPromised(callback=TOMORROW), NOW)
    kept = (TOMORROW, (KeepWish(attempt=call.id, callback=TOMORROW),))
    assert (call.callback, wishes) == (kept if state in KEEPS else (None, ()))
    assert call.state is state


@pytest.mark.parametrize("state", CallState)
def test_who_does_not_want_to_be_called_is_not_called_back(state: CallState) -> None:
    call, wishes = step(make_call(state=state, callback=TOMORROW), sig.Unwanted(agent=ANNA), NOW)
    assert wishes == ((KeepWish(attempt=call.id, unwanted_by=ANNA),) if state in KEEPS else ())
    assert (call.callback, call.unwanted_by) == ((None, ANNA) if state in KEEPS else (TOMORROW, None))


def test_by_default_a_wish_is_written_as_what_it_is_where_the_campaign_has_a_word_for_it() -> None:
    assert by_default(make_call()) == "none_given"
    assert by_default(make_call(callback=TOMORROW)) == "not_now"
    assert by_default(make_call(unwanted_by=ANNA)) is None
    without = make_policy(dispositions=(SALE,), default_disposition="sale")
    assert by_default(make_call(callback=TOMORROW, policy=without)) is None
