"""When the customer is to be called back, and by whom: keyed, read back in full, and confirmed."""

from __future__ import annotations

from datetime import UTC, date, datetime

from agi.dialogs.conversation import Conversation
from agi.speaker import Moment, Name, Piece
from dialer.core.callback import Callback
from dialer.core.desk_view import DeskView
from dialer.core.keyed_time import Wrong, keyed_day, keyed_time, moment_of
from dialer.core.phrases import Phrase

MISTAKES = {
    Wrong.NO_SUCH_DAY: Phrase.NO_SUCH_DAY,
    Wrong.NO_SUCH_TIME: Phrase.NO_SUCH_TIME,
    Wrong.SKIPPED: Phrase.SKIPPED_TIME,
    Wrong.PAST: Phrase.PAST,
}
MINE, ANYONES = "1", "2"
RIGHT, AGAIN, NONE = "1", "2", "0"
REFUSALS = 2
"""Moments that may be refused before it is plain that this customer cannot be called back at all."""


async def ask_for_callback(talk: Conversation, view: DeskView) -> bool:
    """Ask, until a callback is kept or given up. False: the agent has not moved on."""
    mine = await talk.ask(Phrase.WHOSE_CALLBACK, answers=MINE + ANYONES) == MINE
    refusals = 0
    while refusals < REFUSALS:
        asked_for = await _moment(talk, view)
        if isinstance(asked_for, Wrong):
            await talk.tell(MISTAKES[asked_for])
            continue
        kept = talk.desk.foretell(view.agent, asked_for, mine=mine)
        if not isinstance(kept, Callback):
            refusals += 1
            await talk.tell(Phrase.CALLBACK_REFUSED)
            continue
        key = await talk.ask(*_read_back(view, kept, mine), answers=RIGHT + AGAIN + NONE)
        if key == NONE:
            break
        if key == RIGHT:
            refused = await talk.desk.set_callback(view.agent, asked_for, mine=mine)
            await talk.tell(Phrase.CALLBACK_KEPT if refused is None else Phrase.CALLBACK_REFUSED)
            return False
    await talk.tell(Phrase.NO_CALLBACK)
    return False


def _read_back(view: DeskView, kept: Callback, mine: bool) -> list[Piece]:
    said: list[Piece] = [Phrase.MOVED] if kept.moved else []
    said += [Phrase.CALLBACK_ON, Moment(kept.at, view.customers_zone)]
    return [*said, Phrase.BY_YOU if mine else Phrase.BY_ANYONE, Phrase.RIGHT_OR_AGAIN]


async def _moment(talk: Conversation, view: DeskView) -> datetime | Wrong:
    today = _now().astimezone(view.customers_zone).date()
    day = keyed_day(await talk.ask_digits(Phrase.WHICH_DAY, most=4), today)
    return day if isinstance(day, Wrong) else await _time_of(talk, view, day)


async def _time_of(talk: Conversation, view: DeskView, day: date) -> datetime | Wrong:
    zone = view.customers_zone
    whose: tuple[Piece, ...] = ()
    if zone.key != view.own_zone.key:
        place = zone.key.replace("/", ", ").replace("_", " ")
        whose = (Phrase.CUSTOMERS_CLOCK, Name(place))
    clock = keyed_time(await talk.ask_digits(*whose, Phrase.WHICH_TIME, most=4))
    return clock if isinstance(clock, Wrong) else moment_of(day, clock, zone, _now())


def _now() -> datetime:
    return datetime.now(UTC)
