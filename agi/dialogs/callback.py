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


async def ask_for_callback(talk: Conversation, view: DeskView) -> bool:
    """Ask, until a callback is kept or given up. False: the agent has not moved on."""
    mine = await talk.ask(Phrase.WHOSE_CALLBACK, answers=MINE + ANYONES) == MINE
    while True:
        promised = await _promised(talk, view, mine)
        if promised is None:
            continue
        asked_for, kept = promised
        read_back: list[Piece] = [Phrase.MOVED] if kept.moved else []
        read_back += [Phrase.CALLBACK_ON, Moment(kept.at, view.customers_zone)]
        read_back += [Phrase.BY_YOU if mine else Phrase.BY_ANYONE, Phrase.RIGHT_OR_AGAIN]
        key = await talk.ask(*read_back, answers=RIGHT + AGAIN + NONE)
        if key == NONE:
            await talk.tell(Phrase.NO_CALLBACK)
            return False
        if key == RIGHT:
            refused = await talk.desk.set_callback(view.agent, asked_for, mine=mine)
            await talk.tell(Phrase.CALLBACK_KEPT if refused is None else Phrase.CALLBACK_REFUSED)
            return False


async def _promised(talk: Conversation, view: DeskView, mine: bool) -> tuple[datetime, Callback] | None:
    """The moment that was keyed and what would become of it; None: it was explained why there is none."""
    asked = await _moment(talk, view)
    if isinstance(asked, Wrong):
        await talk.tell(MISTAKES[asked])
        return None
    kept = talk.desk.foretell(view.agent, asked, mine=mine)
    if isinstance(kept, Callback):
        return asked, kept
    await talk.tell(Phrase.CALLBACK_REFUSED)
    return None


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
