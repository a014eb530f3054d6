"""The Telephone where agents are spoken to: where their legs are sent, and with what."""

from dialer.core.dialogs import Dialog, Dismiss, OpenDialog
from dialer.core.words import AgentNumber
from tests.fakes.ami_server import AmiServer
from tests.fakes.waiting import until
from tests.unit.asterisk.test_telephone import LEG, Room, room

__all__ = ["room"]

ANNA = AgentNumber("1001")


async def test_into_a_dialog(server: AmiServer, room: Room) -> None:
    server.channels = {LEG: "PJSIP/1001-00000002"}
    room.telephone.perform(OpenDialog(channel=LEG, agent=ANNA, dialog=Dialog.CALLBACK))
    await until(lambda: bool(server.actions("Redirect")))
    [sent] = server.actions("Redirect")
    assert (sent["Channel"], sent["Context"], sent["Exten"]) == (LEG, "waihu-desk", "1001")
    assert server.variables["WAIHU_DIALOG"] == "callback"


async def test_a_last_word(server: AmiServer, room: Room) -> None:
    server.channels = {LEG: "PJSIP/1001-00000002"}
    room.telephone.perform(Dismiss(channel=LEG, sound="/speech/bye&beep"))
    await until(lambda: bool(server.actions("Redirect")))
    [sent] = server.actions("Redirect")
    assert (sent["Channel"], sent["Context"], sent["Exten"]) == (LEG, "waihu-desk", "bye")
    assert server.variables["WAIHU_SOUND"] == "/speech/bye&beep"


async def test_what_is_no_sound_is_not_sent(server: AmiServer, room: Room) -> None:
    server.channels = {LEG: "PJSIP/1001-00000002"}
    room.telephone.perform(Dismiss(channel=LEG, sound="beep\r\nAction: Command"))
    await until(lambda: room.telephone.figures.wishes_dropped == 1)
    # The leg goes all the same.
    await until(lambda: bool(server.actions("Redirect")))
    assert "WAIHU_SOUND" not in server.variables
