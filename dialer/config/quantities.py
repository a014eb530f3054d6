"""The kinds of value that settings take, each with what it looks like in a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from pydantic import PlainValidator, WithJsonSchema

from dialer.config.problems import did_you_mean

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION_PART = r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)"
DURATION_PATTERN = rf"\s*{_DURATION_PART}(?:\s*{_DURATION_PART})*\s*"
_DURATION = re.compile(DURATION_PATTERN)
_LONGEST = timedelta(days=3660)


def _text(given: Any, expected: str) -> str:
    """The text that was written, or ValueError where there is none or more than a text."""
    if not isinstance(given, str) or not given.strip():
        found = "nothing is given" if given is None or given == "" else "is not a single value"
        raise ValueError(f"{found}, expected {expected}")
    return given.strip()


def parse_duration(given: Any) -> timedelta:
    """`90s`, `1h30m`; ValueError for anything else."""
    expected = "a duration with its unit such as 90s, 15m, 2h or 3d"
    text = _text(given, expected)
    if _DURATION.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no duration, expected {expected}")
    seconds = sum(float(amount) * _UNITS[unit] for amount, unit in re.findall(_DURATION_PART, text))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is too long, expected at most ten years")
    return timedelta(seconds=seconds)


def _positive_duration(given: Any) -> timedelta:
    duration = parse_duration(given)
    if not duration:
        raise ValueError(f"{given!r} is no time at all, expected more than 0s")
    return duration


def _parse_delay(given: Any) -> timedelta | None:
    if isinstance(given, str) and given.strip() == "never":
        return None
    try:
        return parse_duration(given)
    except ValueError as error:
        raise ValueError(f"{error}, or never") from error


def parse_share(given: Any) -> float:
    """`3 %` or `0.03`, from 0 to below 1; ValueError for anything else."""
    expected = "a share such as 3 % or 0.03"
    text = _text(given, expected)
    found = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)\s*(%?)", text)
    if found is None:
        raise ValueError(f"{text!r} is no share, expected {expected}")
    share = float(found[1]) / (100 if found[2] else 1)
    if share >= 1:
        raise ValueError(f"{text!r} is {share:.0%} of all, expected {expected}")
    return share


def _e164(given: Any) -> str:
    expected = "a number with plus sign and country code such as +861065550100"
    text = _text(given, expected)
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"{text!r} is no telephone number, expected {expected}") from error
    if not text.startswith("+") or number.extension or not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text!r} is no number that its country could have, expected {expected}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_time_zone(given: Any) -> str:
    """`Asia/Shanghai`; ValueError for what is no IANA time zone."""
    text = _text(given, "a time zone such as Asia/Shanghai")
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError) as error:
        hint = did_you_mean(text, available_timezones()) or ", expected an IANA name such as Asia/Shanghai"
        raise ValueError(f"{text!r} is no time zone{hint}") from error
    return text


def _date(given: Any) -> date:
    text = _text(given, "a date such as 2026-10-01")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date, expected one such as 2026-10-01") from error


def _matching(pattern: str, expected: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern)

    def check(given: Any) -> str:
        text = _text(given, expected)
        if compiled.fullmatch(text) is None:
            raise ValueError(f"{text!r} is not {expected}")
        return text

    return check


def _dial_string(given: Any) -> str:
    expected = "a dial string such as PJSIP/{number}@carrier"
    text = _text(given, expected)
    holes = re.findall(r"\{([^{}]*)\}", text)
    if len(holes) != 1 or holes[0] not in ("number", "e164", "national") or text.count("{") + text.count("}") != 2:
        raise ValueError(f"{text!r} must hold {{number}}, {{e164}} or {{national}} exactly once, expected {expected}")
    if re.fullmatch(r"\w+/[\w{}@./:;=+-]+", text) is None:
        raise ValueError(f"{text!r} is no channel of Asterisk, expected {expected}")
    return text


def _duration_schema(example: str, other: str = "") -> WithJsonSchema:
    pattern = f"^({DURATION_PATTERN}{other})$"
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


def _written(example: str, *kinds: str) -> WithJsonSchema:
    return WithJsonSchema({"type": [*kinds] if len(kinds) > 1 else kinds[0], "examples": [example]})


Duration = Annotated[timedelta, PlainValidator(_positive_duration), _duration_schema("15m")]
DurationOrZero = Annotated[timedelta, PlainValidator(parse_duration), _duration_schema("15s")]
Delay = Annotated[timedelta | None, PlainValidator(_parse_delay), _duration_schema("15m", "|never")]
Share = Annotated[float, PlainValidator(parse_share), _written("3 %", "string", "number")]
PhoneNumber = Annotated[str, PlainValidator(_e164), _written("+861065550100", "string", "integer")]
TimeZone = Annotated[str, PlainValidator(parse_time_zone), _written("Asia/Shanghai", "string")]
Day = Annotated[date, PlainValidator(_date), _written("2026-10-01", "string")]
DialString = Annotated[str, PlainValidator(_dial_string), _written("PJSIP/{number}@carrier", "string")]
Phone = Annotated[
    str,
    PlainValidator(_matching(r"\w+/[\w@./:;=+-]+", "the dial string of a phone such as PJSIP/1001")),
    _written("PJSIP/1001", "string"),
]
Name = Annotated[
    str,
    PlainValidator(_matching(r"[^\W_][\w.-]{0,63}", "a name: letters of any script, digits, _ . and -, at most 64")),
    _written("spring", "string", "integer"),
]
AgentNumberText = Annotated[
    str,
    PlainValidator(_matching(r"[0-9]{2,12}", "an agent's number: 2 to 12 digits, as keyed in at log-in")),
    _written("1001", "string", "integer"),
]
ShortNumber = Annotated[
    str,
    PlainValidator(_matching(r"[0-9]{1,12}", "a short number: 1 to 12 digits, as keyed in the midst of a talk")),
    _written("10", "string", "integer"),
]
Digit = Annotated[
    str,
    PlainValidator(_matching(r"[0-9]", "a key of the phone: one of 0-9")),
    _written("1", "string", "integer"),
]
Sound = Annotated[
    str,
    PlainValidator(_matching(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", "a sound's name without ending: custom/sorry")),
    _written("waihu/safe-harbour", "string"),
]
Sentence = Annotated[
    str,
    PlainValidator(_matching(r"[^\x00-\x1f\x7f]{1,500}", "one line of at most 500 characters")),
    _written("Two seconds after the person picked up.", "string"),
]
PhoneKey = Annotated[
    str,
    PlainValidator(_matching(r"[0-9*#]", "a key of the phone: one of 0-9, * and # (the last two in quotes)")),
    _written("1", "string", "integer"),
]
Dialled = Annotated[
    str,
    PlainValidator(_matching(r"\+?[0-9]{2,32}", "a number as it is dialled to reach us such as +861065550100 or 0100")),
    _written("+861065550100", "string", "integer"),
]
Country = Annotated[
    str, PlainValidator(_matching("[A-Z]{2}", "a country's ISO 3166 code such as CN")), _written("CN", "string")
]
FolderText = Annotated[
    str,
    PlainValidator(_matching(r"(/[A-Za-z0-9_.+-]+)+", "an absolute folder of letters, digits, _ . + - such as /var/x")),
    _written("/var/spool/waihu/messages", "string"),
]
LANGUAGE = r"[a-z]{2,3}(_[A-Z]{2})?"
LanguageText = Annotated[
    str,
    PlainValidator(_matching(LANGUAGE, "a language such as zh, en or en_GB")),
    _written("zh", "string"),
]
Label = Annotated[
    str,
    PlainValidator(_matching(r"[^\x00-\x1f\x7f]{1,200}", "one line of at most 200 characters")),
    _written("成交 Sale", "string", "number"),
]
