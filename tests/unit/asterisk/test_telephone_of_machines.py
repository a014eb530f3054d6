"""dialer.asterisk.telephone: what it leaves on answering machines."""

from __future__ import annotations

from datetime import timedelta

from dialer.core.detection import LeftMessage
from dialer.core.machine_messages import LeaveMessage, MessageOnMachine
from tests.fakes.ami_server import AmiServer
from tests.fakes.waiting import until
from tests.unit.asterisk.test_telephone import CUSTOMER, Room, room

__all__ = ["room"]


async def test_a_machine_is_left_a_message_and_how_far_it_came_is_told(server: AmiServer, room: Room) -> None:
    server.channels = {CUSTOMER: "PJSIP/carrier-00000001"}
    sixty = timedelta(seconds=60)
    room.telephone.perform(LeaveMessage(channel=CUSTOMER, sound="/speech/0a1b", most_length=sixty))
    await until(lambda: len(server.actions("Redirect")) == 1)
    [sent] = server.actions("Redirect")
    assert (sent["Channel"], sent["Context"], sent["Exten"]) == (CUSTOMER, "waihu-machine", "s")
    assert (server.variables["WAIHU_MACHINE_SOUND"], server.variables["WAIHU_MACHINE_SECONDS"]) == (
        "/speech/0a1b",
        "60",
    )
    for status in ("STARTED", "LEFT", "SOMETHING_NEW"):
        await server.event("UserEvent", UserEvent="WaihuMachine", Uniqueid=CUSTOMER, Status=status)
    await room.posts(MessageOnMachine, times=2)
    assert [event.left for event in room.of(MessageOnMachine)] == [LeftMessage.CUT, LeftMessage.LEFT]


async def test_a_message_that_is_no_sound_is_not_left_and_the_machine_is_hung_up(server: AmiServer, room: Room) -> None:
    server.channels = {CUSTOMER: "PJSIP/carrier-00000001"}
    room.telephone.perform(LeaveMessage(channel=CUSTOMER, sound="a,b", most_length=timedelta(seconds=60)))
    await until(lambda: len(server.actions("Hangup")) == 1)
    assert server.actions("Redirect") == []
    assert room.telephone.figures.wishes_dropped == 1
