"""What Asterisk says of a call when it asks for a route: the opening block as a frozen value. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote

from agi.errors import RequestRefused
from agi.protocol import Headers

ARGUMENT = re.compile(r"agi_arg_([1-9][0-9]{0,2})")
LAST_FIXED_HEADER = "agi_threadid"
"""After this one Asterisk writes nothing but the arguments."""
NOTHING_KNOWN = "unknown"
"""What Asterisk writes for a number or a name that it was not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiRequest:
    """One call that asks for a route by `AGI(agi://host/PATH?QUERY,ARGUMENTS…)`."""

    path: str
    """Path of the URL without slashes at its ends."""
    query: Mapping[str, str]
    """What follows the question mark, percent-decoded; a plus is a plus."""
    arguments: tuple[str, ...]
    channel: str
    uniqueid: str
    language: str
    """Of the channel's sounds."""
    caller_number: str | None
    """Caller id as the network gave it, not checked by anyone; None: withheld or unknown."""
    caller_name: str | None
    dialled_number: str | None
    """The number that was called (DNID); None: unknown."""
    redirecting_number: str | None
    """The number that forwarded the call (RDNIS); None: it was not forwarded."""
    context: str
    extension: str
    priority: int
    account_code: str
    asterisk_version: str


def request_from(headers: Headers) -> AgiRequest:
    """Read the opening block of a FastAGI connection.

    :raises RequestRefused: as `told_apart`; or a header is missing, or the URL is not one of ours.
    """
    given, arguments = told_apart(headers)
    try:
        path, query = _place(given["agi_network_script"])
        return AgiRequest(
            path=path,
            query=query,
            arguments=arguments,
            channel=given["agi_channel"],
            uniqueid=given["agi_uniqueid"],
            language=given["agi_language"],
            caller_number=_known(given["agi_callerid"]),
            caller_name=_known(given["agi_calleridname"]),
            dialled_number=_known(given["agi_dnid"]),
            redirecting_number=_known(given["agi_rdnis"]),
            context=given["agi_context"],
            extension=given["agi_extension"],
            priority=int(given["agi_priority"]),
            account_code=given["agi_accountcode"],
            asterisk_version=given["agi_version"],
        )
    except KeyError as missing:
        raise RequestRefused(f"header {missing.args[0]} is missing") from None
    except ValueError:
        raise RequestRefused(f"agi_priority is {given['agi_priority'][:60]!r}; expected a number") from None


def told_apart(headers: Headers) -> tuple[dict[str, str], tuple[str, ...]]:
    """The headers by name, and the arguments of AGI().

    :raises RequestRefused: a header comes twice or out of its place: a line break in a caller id writes headers of the
        caller's own.
    """
    given: dict[str, str] = {}
    arguments: list[str] = []
    for name, value in headers.pairs:
        argument = ARGUMENT.fullmatch(name)
        if argument is not None:
            if LAST_FIXED_HEADER not in given or int(argument[1]) != len(arguments) + 1:
                raise RequestRefused(f"header {name} is out of its place; expected it after {LAST_FIXED_HEADER}")
            arguments.append(value)
        elif name in given:
            raise RequestRefused(f"header {name} comes twice; expected each once")
        elif LAST_FIXED_HEADER in given:
            raise RequestRefused(f"header {name} comes after {LAST_FIXED_HEADER}; expected arguments only")
        else:
            given[name] = value
    return given, tuple(arguments)


def _known(value: str) -> str | None:
    return None if value in ("", NOTHING_KNOWN) else value


def _place(network_script: str) -> tuple[str, Mapping[str, str]]:
    path, _, query = network_script.partition("?")
    pairs: dict[str, str] = {}
    for field in filter(None, query.split("&")):
        name, equals, value = field.partition("=")
        try:
            name, value = unquote(name, errors="strict"), unquote(value, errors="strict")
        except UnicodeDecodeError:
            raise RequestRefused(f"the query of agi://…/{path[:60]} is not UTF-8 in {field[:60]!r}") from None
        if not equals or not name or name in pairs:
            # A value that was not encoded can hold an ampersand, and with it a parameter of the caller's own.
            raise RequestRefused(
                f"the query of agi://…/{path[:60]} has {field[:60]!r}; expected name=value, each name once "
                "(encode values with the dialplan's URIENCODE)"
            )
        pairs[name] = value
    return path.strip("/"), MappingProxyType(pairs)
