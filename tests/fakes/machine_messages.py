"""A message is left on a machine, in the model of Asterisk: it begins after a while, and comes to some end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dialer.core import events as ev
from dialer.core.detection import LeftMessage
from dialer.core.machine_messages import MessageOnMachine

if TYPE_CHECKING:
    from tests.fakes.asterisk_model import AsteriskModel, Channel

ENDINGS = (LeftMessage.LEFT, LeftMessage.LEFT, LeftMessage.NO_END, LeftMessage.FAILED)


def leave_message(model: AsteriskModel, leg: Channel, then: Callable[[float, Callable[[], object]], None]) -> None:
    """Do as the dialplan does; now and then there is a person after all, and presses a key."""
    leg.left = LeftMessage.NOT_BEGUN
    chance = model.world.chance

    def come_to(left: LeftMessage) -> None:
        leg.left = left
        model.tell(MessageOnMachine(channel=leg.id, at=model.world.now, left=left))
        if left is not LeftMessage.CUT:
            model.hang_up(leg.id)

    then(chance.uniform(0.5, 6.0), lambda: come_to(LeftMessage.CUT))
    if chance.random() < 0.3:
        digit = chance.choice("159")
        then(
            chance.uniform(0.1, 8.0),
            lambda: model.tell(ev.DigitPressed(channel=leg.id, at=model.world.now, digit=digit)),
        )
    ending = chance.choice(ENDINGS)
    then(chance.uniform(6.0, 9.0), lambda: come_to(ending))
