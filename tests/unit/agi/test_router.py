"""Which route a call goes to."""

import pytest

from agi.call import Call
from agi.errors import NoSuchRoute
from agi.router import Router


async def one(call: Call) -> None: ...


async def other(call: Call) -> None: ...


def test_the_path_decides() -> None:
    router = Router({"opt-out": one, "sales/menu2": other})
    assert router.find("opt-out") is one
    assert router.find("sales/menu2") is other


@pytest.mark.parametrize("path", ["", "opt", "opt-out/x", "OPT-OUT", "../opt-out", "opt-out?x=1"])
def test_an_unknown_path_is_named_beside_those_that_there_are(path: str) -> None:
    with pytest.raises(NoSuchRoute, match=r"there is no route '.*'; there are: opt-out, sales$"):
        Router({"sales": other, "opt-out": one}).find(path)


def test_without_routes_there_is_none() -> None:
    with pytest.raises(NoSuchRoute, match="there are: none at all"):
        Router({}).find("x")


@pytest.mark.parametrize("path", ["", "/x", "x/", "X", "a_b", "a b", "a//b", "-a", "a?b", "外"])
def test_a_route_has_a_path_that_can_be_written_in_a_url(path: str) -> None:
    with pytest.raises(ValueError, match="is no path of a route"):
        Router({path: one})
