"""dialer.core.inbound.lines: transfers of callers hold lines of trunks as calls do."""

from dialer.core.inbound.lines import LineFreed, LineWanted
from dialer.core.policy import Trunk
from dialer.core.words import ChannelId, Mode, TrunkName
from tests.callers import QueueScene, blended, caller_channel
from tests.factories import ANNA, BEN, make_lead

MAIN = Trunk(name=TrunkName("main"), dial="PJSIP/{number}@main", max_lines=2)
OTHER = Trunk(name=TrunkName("other"), dial="PJSIP/{number}@other", max_lines=1)


def wants(play: QueueScene, n: int, trunk: Trunk = MAIN) -> bool:
    """The n-th caller is to be transferred; whether there is a line."""
    play.feed(LineWanted(channel=caller_channel(n), at=play.now, trunk=trunk))
    return caller_channel(n) in play.dialer.floor.caller_lines


def test_a_line_is_taken_once_and_given_back() -> None:
    play = QueueScene()
    assert [wants(play, n) for n in (1, 2, 3)] == [True, True, False]
    assert wants(play, 4, OTHER)
    play.feed(LineFreed(channel=caller_channel(1), at=play.now), LineFreed(channel=ChannelId("x"), at=play.now))
    assert play.dialer.floor.free_lines_on(MAIN) == 1
    assert wants(play, 3)


def test_a_trunk_without_a_limit_has_always_one() -> None:
    endless = Trunk(name=TrunkName("endless"), dial="PJSIP/{number}@endless")
    play = QueueScene()
    assert all(wants(play, n, endless) for n in range(50))


def test_the_lines_of_campaigns_are_those_of_callers() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, BEN, leads=2, trunks=(MAIN,))
    assert len(play.dialer.floor.calls) == 2
    assert not wants(play, 1)
    other = blended(Mode.PROGRESSIVE, ANNA, BEN, leads=0, trunks=(MAIN,))
    assert wants(other, 1)
    other.fetched(make_lead(1), make_lead(2))
    assert len(other.dialer.floor.calls) == 1
    # A line that comes free is dialled on at once.
    other.feed(LineFreed(channel=caller_channel(1), at=other.now))
    assert len(other.dialer.floor.calls) == 2
