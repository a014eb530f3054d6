"""What Asterisk says of a call, and what a caller would like it to say."""

from types import MappingProxyType

import pytest

from agi.errors import RequestRefused
from agi.protocol import Headers, Parser
from agi.request import AgiRequest, request_from
from tests.fakes.agi_peer import opening


def read(block: bytes) -> AgiRequest:
    (headers,) = Parser().feed(block)
    assert isinstance(headers, Headers)
    return request_from(headers)


def test_a_whole_request() -> None:
    assert read(
        opening("sales/menu?x=1&lang=zh%2DCN&plus=+86&empty=", "arg one", "", dnid="95588", accountcode="a:b")
    ) == (
        AgiRequest(
            path="sales/menu",
            query=MappingProxyType({"x": "1", "lang": "zh-CN", "plus": "+86", "empty": ""}),
            arguments=("arg one", ""),
            channel="PJSIP/carrier-00000001",
            uniqueid="1795321993.1",
            language="en",
            caller_number="+8613800138000",
            caller_name="张伟",
            dialled_number="95588",
            redirecting_number=None,
            context="from-trunk",
            extension="s",
            priority=1,
            account_code="a:b",
            asterisk_version="22.10.1",
        )
    )


@pytest.mark.parametrize("nothing", ["unknown", ""])
def test_a_withheld_number_is_none(nothing: str) -> None:
    request = read(opening(callerid=nothing, calleridname=nothing))
    assert (request.caller_number, request.caller_name) == (None, None)


@pytest.mark.parametrize(("script", "path"), [("", ""), ("/", ""), ("a/b/", "a/b"), ("a?", "a")])
def test_paths(script: str, path: str) -> None:
    request = read(opening(script))
    assert (request.path, dict(request.query)) == (path, {})


def test_the_query_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        read(opening("a?x=1")).query["x"] = "2"  # type: ignore[index]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"callerid": "100\nagi_accountcode: vip"}, "agi_accountcode comes twice"),
        ({"callerid": "100\nagi_network_script: admin"}, "agi_network_script comes twice"),
        ({"callerid": "100\nagi_arg_1: 1"}, "agi_arg_1 is out of its place"),
        ({"threadid": "1\nagi_dead: 1"}, "agi_dead comes after agi_threadid"),
        ({"threadid": "1\nagi_arg_2: 1"}, "agi_arg_2 is out of its place"),
        ({"priority": "one"}, "agi_priority is 'one'; expected a number"),
    ],
)
def test_headers_of_the_callers_own_are_refused(changes: dict[str, str], complaint: str) -> None:
    with pytest.raises(RequestRefused, match=complaint):
        read(opening(**changes))


@pytest.mark.parametrize("missing", ["channel", "uniqueid", "callerid", "context", "priority", "network_script"])
def test_a_missing_header_is_named(missing: str) -> None:
    lines = [line for line in opening().split(b"\n") if not line.startswith(f"agi_{missing}:".encode())]
    with pytest.raises(RequestRefused, match=f"header agi_{missing} is missing"):
        read(b"\n".join(lines))


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("x", "expected name=value, each name once"),
        ("=1", "expected name=value"),
        ("x=1&x=2", r"has 'x=2'; expected name=value, each name once \(encode values with the dialplan's URIENCODE\)"),
        ("x=1&%78=2", "each name once"),
        ("x=%ff", "is not UTF-8"),
    ],
)
def test_a_query_that_could_be_read_in_two_ways_is_refused(query: str, complaint: str) -> None:
    with pytest.raises(RequestRefused, match=complaint):
        read(opening(f"route?{query}"))
