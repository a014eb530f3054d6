"""A session with an AMI server that behaves, and with one that does not."""

import asyncio
from dataclasses import replace

import pytest

from dialer.asterisk.errors import (
    ActionRefused,
    AsteriskError,
    AsteriskUnreachable,
    HeaderRefused,
    LoginRefused,
    NotConnected,
    OutcomeUnknown,
)
from dialer.asterisk.session import Session
from dialer.asterisk.settings import AsteriskSettings
from tests.fakes.ami_server import AmiServer
from tests.fakes.waiting import until
from tests.unit.asterisk.ear import Ear, connected

# --- getting in -----------------------------------------------------------------------------------------------------


async def test_log_in_asks_for_the_events_we_read_and_pings(server: AmiServer, settings: AsteriskSettings) -> None:
    server.clock_ahead_seconds = 100.0
    session, _ = await connected(settings)
    [login] = server.actions("Login")
    assert (login["Username"], login["Secret"], login["Events"]) == ("waihu", "geheim", "system,call,user,dtmf")
    assert len(server.actions("Ping")) == 3
    assert session.clock.offset_seconds == pytest.approx(-100.0, abs=0.2)
    assert 0 < session.last_ping_ms < 300
    assert session.connected
    await session.close()


async def test_a_wrong_secret_is_told_from_everything_else(server: AmiServer, settings: AsteriskSettings) -> None:
    session = Session(replace(settings, secret="falsch"), Ear())  # noqa: S106
    with pytest.raises(LoginRefused, match=rf"127.0.0.1:{server.port} refuses user 'waihu' .*Authentication failed"):
        await session.connect()
    assert not session.connected
    assert len(server.actions("Login")) == 1


async def test_a_closed_port(server: AmiServer, settings: AsteriskSettings) -> None:
    await server.shut()
    with pytest.raises(AsteriskUnreachable, match=rf"nobody listens at 127.0.0.1:{server.port} .*manager.conf"):
        await Session(settings, Ear()).connect()
    await server.listen()


async def test_something_else_listens_there(server: AmiServer, settings: AsteriskSettings) -> None:
    server.faults.banner = b"SSH-2.0-OpenSSH_9.2p1\r\n"
    with pytest.raises(AsteriskUnreachable, match=r"no Asterisk manager interface .*SSH-2.0-OpenSSH.*port right"):
        await Session(settings, Ear()).connect()
    assert server.received == [], "a secret was sent to a stranger"


async def test_something_mute_listens_there(server: AmiServer, settings: AsteriskSettings) -> None:
    server.faults.banner = None
    with pytest.raises(AsteriskUnreachable, match="it says nothing"):
        await Session(settings, Ear()).connect()
    assert server.received == [], "a secret was sent to a stranger"


async def test_asterisk_does_not_finish_the_log_in(server: AmiServer, settings: AsteriskSettings) -> None:
    server.faults.silent_to = {"Login"}
    with pytest.raises(AsteriskUnreachable, match=r"does not finish the log-in: .* within 0.5 s"):
        await Session(settings, Ear()).connect()


async def test_asterisk_closes_during_the_log_in(server: AmiServer, settings: AsteriskSettings) -> None:
    server.faults.close_at = {"Login"}
    with pytest.raises(AsteriskUnreachable, match=r"does not finish the log-in: .* before the connection was lost"):
        await Session(settings, Ear()).connect()


async def test_asterisk_never_gets_ready(server: AmiServer, settings: AsteriskSettings) -> None:
    server.faults.never_booted = True
    with pytest.raises(AsteriskUnreachable, match=r"fully booted within 0.3 s; .* read = system,call,user,dtmf"):
        await Session(settings, Ear()).connect()


async def test_a_failed_attempt_leaves_no_connection_behind(server: AmiServer, settings: AsteriskSettings) -> None:
    server.faults.silent_to = {"Ping"}
    session = Session(settings, Ear())
    with pytest.raises(AsteriskError):
        await session.connect()
    assert not session.connected
    with pytest.raises(NotConnected):
        session.send("Originate", {})
    await until(lambda: not server._writers)


# --- asking ---------------------------------------------------------------------------------------------------------


async def test_a_list_is_collected_to_its_end_and_is_no_event(server: AmiServer, settings: AsteriskSettings) -> None:
    session, ear = await connected(settings)
    server.channels = {"a": "PJSIP/x-1", "b": "PJSIP/x-2"}
    reply = await session.ask("CoreShowChannels", collect=True)
    assert [event["Channel"] for event in reply.events] == ["PJSIP/x-1", "PJSIP/x-2"]
    assert ear.heard == []
    await session.close()


async def test_an_empty_list(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    assert (await session.ask("DBGetTree", {"Family": "none"}, collect=True)).events == ()
    await session.close()


async def test_a_list_that_is_refused(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    with pytest.raises(ActionRefused, match="refuses NoSuchList: Invalid/unknown command"):
        await session.ask("NoSuchList", collect=True)
    assert session.waiting == 0
    await session.close()


async def test_values_are_whole_though_tcp_splits_them(server: AmiServer, settings: AsteriskSettings) -> None:
    server.faults.chunk = 1
    session, ear = await connected(settings)
    server.database = {"/f/k": '{"name": "外呼 – Müller, Ж"}'}
    reply = await session.ask("DBGetTree", {"Family": "f"}, collect=True)
    assert reply.events[0]["Val"] == '{"name": "外呼 – Müller, Ж"}'
    await server.event("Hangup", Uniqueid="张伟", AccountCode="")
    await until(lambda: ear.heard)
    assert (ear.heard[0]["Uniqueid"], ear.heard[0]["AccountCode"]) == ("张伟", "")
    await session.close()


async def test_answers_are_matched_by_id_in_whatever_order(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    server.faults.silent_to = {"Originate"}
    first = session.send("Originate", {"Channel": "Local/1@x"}, action_id="one")
    second = session.send("Originate", {"Channel": "Local/2@x"}, action_id="two")
    await until(lambda: len(server.actions("Originate")) == 2)
    await server.raw(b"Response: Success\r\nActionID: two\r\nMessage: second\r\n\r\n")
    await server.raw(b"Response: Success\r\nActionID: one\r\nMessage: first\r\n\r\n")
    assert (await first).response["Message"] == "first"
    assert (await second).response["Message"] == "second"
    await session.close()


async def test_actions_are_written_in_the_order_of_the_calls(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    answers = [session.send("Setvar", {"Variable": "X", "Value": str(n)}) for n in range(50)]
    await asyncio.gather(*answers)
    assert [action["Value"] for action in server.actions("Setvar")] == [str(n) for n in range(50)]
    await session.close()


async def test_an_event_with_the_id_of_an_action_is_still_an_event(
    server: AmiServer, settings: AsteriskSettings
) -> None:
    session, ear = await connected(settings)
    server.faults.silent_to = {"Originate"}
    answer = session.send("Originate", {}, action_id="attempt-1")
    await server.event("OriginateResponse", ActionID="attempt-1", Response="Failure")
    await until(lambda: ear.heard)
    assert ear.heard[0]["Event"] == "OriginateResponse"
    assert not answer.done()
    await server.raw(b"Response: Success\r\nActionID: attempt-1\r\n\r\n")
    assert (await answer).response["Response"] == "Success"
    await session.close()


@pytest.mark.parametrize("value", ["16\r\nAction: Originate\r\nChannel: PJSIP/1@x", "a\nb", "a\rb"])
async def test_line_breaks_are_refused_before_anything_is_sent(
    value: str, server: AmiServer, settings: AsteriskSettings
) -> None:
    session, _ = await connected(settings)
    before = len(server.received)
    for headers, action_id in (
        ({"Cause": value}, None),
        ({value: "16"}, None),
        ({"V": ["ok", value]}, None),
        ({}, value),
    ):
        with pytest.raises(HeaderRefused):
            session.send("Hangup", headers, action_id=action_id)
    with pytest.raises(HeaderRefused):
        session.send(value, {})
    await session.ask("Setvar", {"Variable": "V", "Value": "1"})
    assert [action["Action"] for action in server.received[before:] if action["Action"] != "Ping"] == ["Setvar"]
    await session.close()


async def test_what_is_not_answered_in_time_is_in_doubt(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    server.faults.silent_to = {"Originate"}
    with pytest.raises(OutcomeUnknown, match=r"did not answer Originate within 0.05 s; it may have been carried out"):
        await session.send("Originate", {}, action_id="late", seconds=0.05)
    assert session.waiting == 0
    await server.raw(b"Response: Success\r\nActionID: late\r\n\r\n")
    await until(lambda: session.counters.late_answers == 1)
    assert session.counters.in_doubt == 1
    await session.close()


# --- hearing --------------------------------------------------------------------------------------------------------


async def test_test_events_and_what_nobody_wants_are_passed_over(server: AmiServer, settings: AsteriskSettings) -> None:
    session, ear = await connected(settings)
    await server.event("TestEvent", Type="StateChange")
    await server.event("VarSet", Variable="X")
    await server.event("Hangup", Uniqueid="u")
    await until(lambda: ear.heard)
    assert [message["Event"] for message in ear.heard] == ["Hangup"]
    assert session.counters.passed_over == 2
    await session.close()


async def test_an_event_that_we_fail_at_costs_itself_only(server: AmiServer, settings: AsteriskSettings) -> None:
    session, ear = await connected(settings)
    ear.fails_at = "BridgeEnter"
    await server.event("BridgeEnter", Uniqueid="u")
    await server.event("Hangup", Uniqueid="u")
    await until(lambda: ear.heard)
    assert session.counters.failures == 1
    assert session.connected
    assert (await session.ask("Ping")).response["Ping"] == "Pong"
    await session.close()


async def test_events_are_held_back_until_released(server: AmiServer, settings: AsteriskSettings) -> None:
    ear = Ear()
    session = Session(settings, ear)
    await session.connect()
    await server.event("Newstate", Uniqueid="1")
    await session.ask("Ping")
    assert ear.heard == []
    session.release()
    assert [message["Event"] for message in ear.heard] == ["FullyBooted", "Newstate"]
    await server.event("Hangup", Uniqueid="1")
    await until(lambda: len(ear.heard) == 3)
    await session.close()


async def test_what_a_lost_connection_held_back_is_not_told_on_the_next(
    server: AmiServer, settings: AsteriskSettings
) -> None:
    ear = Ear()
    session = Session(settings, ear)
    await session.connect()
    await server.event("BridgeEnter", Uniqueid="stale")
    await session.ask("Ping")
    server.cut()
    await session.watch()
    await session.connect()
    session.release()
    assert [message["Event"] for message in ear.heard] == ["FullyBooted"]
    await session.close()
