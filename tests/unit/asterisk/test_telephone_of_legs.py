"""dialer.asterisk.telephone: where it sends legs, and what it sets on them before."""

from __future__ import annotations

from datetime import timedelta

from dialer.core import commands as do
from dialer.core.detection import LeftMessage
from dialer.core.dialogs import Dialog, Dismiss, OpenDialog
from dialer.core.machine_messages import LeaveMessage, MessageOnMachine
from dialer.core.words import AgentNumber
from tests.fakes.ami_server import AmiServer
from tests.fakes.waiting import until
from tests.unit.asterisk.test_telephone import CUSTOMER, LEG, Room, room

__all__ = ["room"]


async def test_where_legs_are_sent(server: AmiServer, room: Room) -> None:
    server.channels = {CUSTOMER: "PJSIP/carrier-00000001", LEG: "PJSIP/1001-00000002"}
    agent = AgentNumber("1001")
    room.telephone.perform(do.PlayMessage(channel=CUSTOMER))
    room.telephone.perform(do.AdmitAgent(channel=LEG, agent=agent))
    room.telephone.perform(do.DenyAgent(channel=LEG))
    room.telephone.perform(do.Announce(channel=LEG, agent=agent, sound="beep"))
    room.telephone.perform(OpenDialog(channel=LEG, agent=agent, dialog=Dialog.CALLBACK))
    room.telephone.perform(Dismiss(channel=LEG, sound="/speech/bye&beep"))
    await until(lambda: len(server.actions("Redirect")) == 6)
    assert [(a["Channel"], a["Context"], a["Exten"], a["Priority"]) for a in server.actions("Redirect")] == [
        (CUSTOMER, "waihu-message", "s", "1"),
        (LEG, "waihu-agent", "1001", "1"),
        (LEG, "waihu-login", "denied", "1"),
        (LEG, "waihu-agent", "1001", "1"),
        (LEG, "waihu-desk", "1001", "1"),
        (LEG, "waihu-desk", "bye", "1"),
    ]
    assert server.variables["WAIHU_ANNOUNCE"] == "beep"
    assert (server.variables["WAIHU_DIALOG"], server.variables["WAIHU_SOUND"]) == ("callback", "/speech/bye&beep")
    assert room.telephone.figures.wishes_dropped == 0


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
