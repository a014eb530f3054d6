"""What the Telephone does for supervisors, on an AMI server that behaves, and on one that does not."""

from datetime import timedelta

from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.supervision_words import MonitorMode
from dialer.core.words import AgentNumber, SupervisorNumber
from tests.fakes.ami_server import AmiServer
from tests.fakes.waiting import until
from tests.unit.asterisk.test_telephone import CUSTOMER, LEG, Room, fails_without_a_hangup, room

__all__ = ["room"]

BOSS = SupervisorNumber("9001")
TAKE_OVER = sv.TakeOver(channel=CUSTOMER, supervisor=BOSS)


async def test_a_take_over_that_asterisk_refuses_is_told(server: AmiServer, room: Room) -> None:
    room.telephone.perform(TAKE_OVER)
    failed = await room.posts(sv.TakeOverFailed)
    assert (failed.channel, failed.supervisor) == (CUSTOMER, BOSS)
    assert "No such channel" in failed.reason
    server.channels = {CUSTOMER: "PJSIP/carrier-00000001"}
    room.telephone.perform(TAKE_OVER)
    await until(lambda: len(server.actions("Redirect")) == 2)
    assert len(room.of(sv.TakeOverFailed)) == 1


async def test_one_without_an_answer_may_have_happened(server: AmiServer, room: Room) -> None:
    server.faults.silent_to = {"Redirect"}
    room.telephone.perform(TAKE_OVER)
    await until(lambda: room.telephone.figures.in_doubt == 1)
    assert room.of(sv.TakeOverFailed) == []


async def test_a_supervisors_phone_that_cannot_be_called_is_told_as_a_hang_up(server: AmiServer, room: Room) -> None:
    call = sv.CallSupervisor(supervisor=BOSS, channel=LEG, dial="PJSIP/9001", ring_time=timedelta(seconds=20))
    room.telephone.perform(call)
    await fails_without_a_hangup(server, LEG)
    assert (await room.posts(ev.HungUp)).channel == LEG


async def test_where_supervisors_are_sent(server: AmiServer, room: Room) -> None:
    server.channels = {LEG: "PJSIP/9001-00000001"}
    for wish in (
        sv.AdmitSupervisor(channel=LEG, supervisor=BOSS),
        sv.Monitor(channel=LEG, supervisor=BOSS, agent=AgentNumber("1001"), mode=MonitorMode.WHISPER),
        sv.StandBy(channel=LEG, supervisor=BOSS),
        sv.RefuseSupervisor(channel=LEG),
    ):
        room.telephone.perform(wish)
    await until(lambda: len(server.actions("Redirect")) == 4)
    assert [(action["Context"], action["Exten"]) for action in server.actions("Redirect")] == [
        ("waihu-supervisor", BOSS),
        ("waihu-whisper", "1001"),
        ("waihu-supervisor", BOSS),
        ("waihu-supervisor", "refused"),
    ]


async def test_a_sound_for_an_agents_ear(server: AmiServer, room: Room) -> None:
    room.telephone.perform(sv.TellAgent(agent=AgentNumber("1001"), sound="custom/meeting"))
    await until(lambda: server.actions("Originate"))
    [action] = server.actions("Originate")
    assert (action["Channel"], action["Variable"]) == ("Local/1001@waihu-tell/n", "WAIHU_SOUND=custom/meeting")
