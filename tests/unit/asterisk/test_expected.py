"""What is remembered between a wish and its answer."""

from dialer.asterisk.errors import AsteriskError
from dialer.asterisk.expected import Joins, Unborn
from dialer.core.words import AgentNumber, ChannelId

A = ChannelId("a")
LEG = ChannelId("leg")
AGENT = AgentNumber("1001")


def never(error: AsteriskError) -> None:
    raise AssertionError(error)


def test_a_birth_settles_an_originate_for_good() -> None:
    unborn = Unborn()
    unborn.expect(A, never)
    assert A in unborn
    unborn.hear({"Event": "Newstate", "Uniqueid": "a"})
    assert A in unborn
    unborn.hear({"Event": "Newchannel", "Uniqueid": "a"})
    assert A not in unborn
    assert unborn.settle(A) is None


def test_settling_gives_who_is_to_be_told_once() -> None:
    unborn = Unborn()
    unborn.expect(A, never)
    assert unborn.settle(A) is never
    assert unborn.settle(A) is None


def test_a_lost_connection_settles_all() -> None:
    unborn = Unborn()
    unborn.expect(A, never)
    unborn.clear()
    assert unborn.settle(A) is None


def test_a_failed_join_names_the_leg_once() -> None:
    joins = Joins()
    joins.expect(A, AGENT, LEG)
    assert joins.failed(A, AGENT) == LEG
    assert joins.failed(A, AGENT) is None


def test_a_late_failure_of_an_earlier_join_is_not_that_of_the_next() -> None:
    joins = Joins()
    joins.expect(A, AGENT, LEG)
    joins.expect(A, AgentNumber("1002"), ChannelId("other"))
    assert joins.failed(A, AGENT) is None
    assert joins.failed(A, AgentNumber("1002")) == "other"


def test_who_arrived_or_went_cannot_fail_any_more() -> None:
    joins = Joins()
    for event in ("BridgeEnter", "Hangup"):
        joins.expect(A, AGENT, LEG)
        joins.hear({"Event": "BridgeLeave", "Uniqueid": "a"})
        joins.hear({"Event": event, "Uniqueid": "a"})
        assert joins.failed(A, AGENT) is None


def test_a_lost_connection_forgets_the_joins() -> None:
    joins = Joins()
    joins.expect(A, AGENT, LEG)
    joins.clear()
    assert joins.failed(A, AGENT) is None
