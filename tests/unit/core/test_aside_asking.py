"""dialer.core.aside_asking: what an agent hears while a third is called. The rest is in test_aside."""

from __future__ import annotations

import pytest

from dialer.core.aside_asking import let_hear
from dialer.core.aside_words import AsideState, Place
from dialer.core.live_aside import Aside
from dialer.core.transfer import Send
from tests.factories import ANNA, NOW
from tests.scenes import leg_of
from tests.talks import BRIDGE, THIRD, make_aside, make_third

S = AsideState
RINGS = make_third()


def test_the_agent_hears_the_phone_ring_that_is_called() -> None:
    heard = let_hear(make_aside(S.CALLING, third=RINGS))
    assert heard == (Send(channel=leg_of(ANNA), place=Place.RINGING, to=THIRD),)


@pytest.mark.parametrize(
    "aside",
    [
        pytest.param(make_aside(S.CALLING, third=RINGS, agent_in=BRIDGE), id="still in the talk"),
        pytest.param(make_aside(S.CALLING, third=make_third(answered_at=NOW)), id="picked up already"),
        pytest.param(make_aside(S.CONSULTING, third=RINGS), id="in the consultation"),
        pytest.param(make_aside(S.RINGING, third=RINGS), id="blind transfer: the customer hears music"),
        pytest.param(make_aside(S.CALLING, third=RINGS, agent_leg=None), id="no phone"),
        pytest.param(make_aside(S.HELD), id="nobody is called"),
    ],
)
def test_nothing_is_heard_otherwise(aside: Aside) -> None:
    assert let_hear(aside) == ()
