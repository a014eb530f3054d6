"""Tell callers that nobody is there, and when somebody will be.

`AGI(/opt/waihu/.venv/bin/python,-I,-m,agi.scripts.after_hours,ZONE,WINDOWS[,SOUND[,HOLIDAYS]])`

- ZONE: `Asia/Shanghai`. WINDOWS: `mon-fri 09:00-18:00&sat 10:00-14:00`, by that zone's clock; `24:00` is midnight.
- SOUND: said to who calls outside of them; empty: a shipped one. HOLIDAYS: `2026-12-25&2027-01-01`.

Sets WAIHU_OPEN to 1 and says nothing when somebody should be there; else sets it to 0, plays the sound and says when
the next window opens. Afterwards the dialplan goes on, for example with `agi.scripts.voicemail`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agi.scripts.hardened import ArgumentsWrong, HardenedAgi, run_script
from dialer.core.hours import next_opening
from dialer.core.policy import HoursPolicy

SHIPPED = "vm-nobodyavail"
"""Of Asterisk's core sounds."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d{2}):(\d{2})-(\d{2}):(\d{2})")


def serve(agi: HardenedAgi, arguments: Sequence[str]) -> None:
    """Decide and speak, by the clock of this machine."""
    say_when(agi, arguments, datetime.now(UTC))


def say_when(agi: HardenedAgi, arguments: Sequence[str], now: datetime) -> None:
    """Decide and speak.

    :raises ArgumentsWrong: zone, windows or holidays are none.
    """
    if not 2 <= len(arguments) <= 4:
        raise ArgumentsWrong(f"expected ZONE, WINDOWS and perhaps SOUND and HOLIDAYS, got {len(arguments)} arguments")
    zone, windows, sound, holidays = (*arguments, "", "")[:4]
    hours = opening_hours(zone, windows, holidays)
    opens = next_opening(hours, (), now)
    agi.set_variable("WAIHU_OPEN", int(opens == now))
    if opens == now:
        return
    agi.answer()
    agi.stream_file(sound or SHIPPED)
    if opens is not None:
        agi.say_datetime(int(opens.timestamp()), "", spoken_form(opens, now, ZoneInfo(zone)), zone)


def opening_hours(zone: str, windows: str, holidays: str) -> HoursPolicy:
    """Read the arguments.

    :raises ArgumentsWrong: one of them cannot be read.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ArgumentsWrong(f"{zone!r} is no time zone (expected such as Asia/Shanghai)") from None
    week: dict[int, tuple[tuple[time, time], ...]] = {}
    for window in windows.split("&"):
        days, opening, closing = _window(window)
        for day in days:
            week[day] = (*week.get(day, ()), (opening, closing))
    try:
        closed = frozenset(date.fromisoformat(day) for day in holidays.split("&") if day)
    except ValueError:
        raise ArgumentsWrong(f"{holidays!r} are no holidays (expected such as 2026-12-25&2027-01-01)") from None
    return HoursPolicy(windows=week, holidays=closed, default_time_zone=zone)


def spoken_form(opens: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The parts of a moment that are worth saying, as SAY DATETIME takes them."""
    days = (opens.astimezone(zone).date() - now.astimezone(zone).date()) // timedelta(days=1)
    if days == 0:
        return "'digits/at' IMp"
    return "A 'digits/at' IMp" if days < 7 else "ABd 'digits/at' IMp"


def _window(text: str) -> tuple[list[int], time, time]:
    match = WINDOW.fullmatch(text.strip().lower())
    try:
        if match is None:
            raise ValueError
        first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
        opening = time(int(match[3]), int(match[4]))
        closing = time(0) if (match[5], match[6]) == ("24", "00") else time(int(match[5]), int(match[6]))
        if closing != time(0) and opening >= closing:
            raise ValueError
    except ValueError:
        raise ArgumentsWrong(f"{text!r} is no window (expected such as mon-fri 09:00-18:00)") from None
    return [(first + day) % 7 for day in range((last - first) % 7 + 1)], opening, closing


if __name__ == "__main__":
    sys.exit(run_script(serve))
