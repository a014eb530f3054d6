"""`waihu suppress`."""

import json

import pytest

from tests.postgres.cli.conftest import Waihu

pytestmark = pytest.mark.postgres


def test_add_list_remove(waihu: Waihu) -> None:
    added = waihu("suppress", "add", "010 6555 0100", "--country", "cn", "--reason", "本人要求", "--by", "李娜")
    assert (added.exit_code, added.stdout) == (0, "+861065550100 is called no more\n")
    again = waihu("suppress", "add", "+86 10 6555 0100", "--reason", "twice")
    assert (again.exit_code, again.stdout) == (0, "+861065550100 was suppressed already\n")
    (listed,) = json.loads(waihu("suppress", "list", "--json").stdout)
    assert (listed["number"], listed["reason"], listed["source"]) == ("+861065550100", "本人要求", "李娜")
    assert listed["lifted_at"] is None
    assert "本人要求" in waihu("suppress", "list").stdout
    removed = waihu("suppress", "remove", "+861065550100", "--by", "李娜")
    assert (removed.exit_code, removed.stdout) == (0, "+861065550100 may be called again\n")
    assert json.loads(waihu("suppress", "list", "--json").stdout) == []
    (stood,) = json.loads(waihu("suppress", "list", "+861065550100", "--json").stdout)
    assert stood["lifted_at"] is not None
    nothing = waihu("suppress", "remove", "+861065550100")
    assert (nothing.exit_code, nothing.stderr) == (1, "waihu: +861065550100 is not suppressed\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "--reason", "x"), "either a NUMBER or --customer ID"),
        (("add", "+861065550100", "--customer", "1", "--reason", "x"), "either a NUMBER or --customer ID"),
        (("add", "abc", "--reason", "x"), "'abc' is no telephone number, expected +…"),
        (("add", "1065550100", "--reason", "x"), "is no telephone number, expected +…"),
        (("add", "+8610", "--reason", "x"), "too short"),
        (("remove", "nobody"), "'nobody' is no telephone number"),
        (("list", "nobody"), "'nobody' is no telephone number"),
        (("add", "--customer", "4711", "--reason", "x"), "no customer 4711"),
    ],
)
def test_what_is_no_number_exits_2(waihu: Waihu, arguments: tuple[str, ...], said: str) -> None:
    result = waihu("suppress", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
