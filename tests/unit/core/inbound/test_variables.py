"""What is known of a caller, in the words of a flow."""

from __future__ import annotations

from dialer.core.inbound.variables import CALLER_VARIABLES, Caller, variables
from dialer.core.words import AgentNumber, AttemptId, CampaignName, CustomerId, TeamName


def test_nothing_is_known_of_a_stranger() -> None:
    said = variables(Caller(), dialled="100", is_open=False, language="zh")
    assert said == {
        "open": "no",
        "language": "zh",
        "number": "100",
        "caller.known": "no",
        "caller.withheld": "yes",
        "caller.name": "",
        "caller.last_campaign": "",
        "caller.last_agent": "",
        "caller.last_team": "",
        "caller.callback": "no",
        "caller.abandoned": "no",
    }


def test_all_is_known_of_a_customer() -> None:
    caller = Caller(
        number="+8613800138000",
        customer=CustomerId(7),
        name="张伟",
        last_campaign=CampaignName("spring"),
        last_agent=AgentNumber("1001"),
        last_team=TeamName("sales"),
        callback=True,
        abandoned=AttemptId("a"),
    )
    said = variables(caller, dialled="100", is_open=True, language="zh")
    assert said == {
        "open": "yes",
        "language": "zh",
        "number": "100",
        "caller.known": "yes",
        "caller.withheld": "no",
        "caller.name": "张伟",
        "caller.last_campaign": "spring",
        "caller.last_agent": "1001",
        "caller.last_team": "sales",
        "caller.callback": "yes",
        "caller.abandoned": "yes",
    }
    for name, values in CALLER_VARIABLES.items():
        assert values is None or said[name] in values
    assert said.keys() == CALLER_VARIABLES.keys()
