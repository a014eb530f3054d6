"""A session that loses its connection, and finds it again."""

import asyncio

import pytest

from dialer.asterisk.errors import NotConnected, OutcomeUnknown
from dialer.asterisk.settings import AsteriskSettings
from tests.fakes.ami_server import AmiServer
from tests.fakes.waiting import until
from tests.unit.asterisk.ear import connected


async def nothing_to_introduce() -> None:
    return


async def test_a_cut_connection_is_noticed_at_once(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    watching = asyncio.ensure_future(session.watch())
    await asyncio.sleep(0.01)
    server.cut()
    assert await asyncio.wait_for(watching, 0.2)
    assert not session.connected
    with pytest.raises(NotConnected):
        session.send("Ping", {})


async def test_silence_is_noticed_by_a_ping_without_answer(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    server.faults.silent_to = {"Ping"}
    reason = await asyncio.wait_for(session.watch(), 2)
    assert "did not answer Ping within 0.3 s" in reason
    assert not session.connected


async def test_pings_go_on_while_it_answers(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    watching = asyncio.ensure_future(session.watch())
    await until(lambda: len(server.actions("Ping")) >= 6)
    assert not watching.done()
    await session.close()
    assert await asyncio.wait_for(watching, 1) == "we closed it"


async def test_what_was_unanswered_at_a_loss_is_in_doubt_and_never_sent_again(
    server: AmiServer, settings: AsteriskSettings
) -> None:
    session, _ = await connected(settings)
    server.faults.silent_to = {"Originate"}
    answers = [session.send("Originate", {"Channel": f"Local/{n}@x"}, action_id=f"a{n}") for n in range(3)]
    await until(lambda: len(server.actions("Originate")) == 3)
    server.cut()
    for answer in answers:
        with pytest.raises(OutcomeUnknown, match="before the connection was lost"):
            await answer
    server.faults.silent_to = set()
    await session.connect_again(nothing_to_introduce)
    await session.ask("Ping")
    assert len(server.actions("Originate")) == 3
    await session.close()


async def test_a_connection_closed_in_the_middle_of_an_action(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    server.faults.close_at = {"Redirect"}
    with pytest.raises(OutcomeUnknown, match="did not answer Redirect before the connection was lost"):
        await session.ask("Redirect", {"Channel": "a"})
    assert session.waiting == 0


async def test_coming_back_takes_as_many_tries_as_it_takes(server: AmiServer, settings: AsteriskSettings) -> None:
    session, ear = await connected(settings)
    await server.shut()
    await session.watch()
    returning = asyncio.ensure_future(session.connect_again(nothing_to_introduce))
    await asyncio.sleep(0.2)
    assert not returning.done()
    await server.listen()
    await asyncio.wait_for(returning, 2)
    session.release()
    ear.heard.clear()
    await server.event("Hangup", Uniqueid="u")
    await until(lambda: ear.heard)
    assert session.connects == 2
    await session.close()


async def test_pauses_grow_between_tries(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    server.cut()
    await session.watch()
    server.faults.close_at = {"Login"}
    began = asyncio.get_running_loop().time()
    returning = asyncio.ensure_future(session.connect_again(nothing_to_introduce))
    await until(lambda: len(server.actions("Login")) == 1 + 6)
    # Pauses of 0.02, 0.04, 0.08, 0.1, 0.1 and 0.1 s, each at least half as long; without growth 0.12 s at most.
    assert asyncio.get_running_loop().time() - began >= 0.22
    assert not returning.done()
    server.faults.close_at = set()
    await asyncio.wait_for(returning, 2)
    await session.close()


async def test_a_refused_log_in_is_tried_again_after_a_loss(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    server.cut()
    await session.watch()
    right, server.secret = server.secret, "changed in manager.conf"
    returning = asyncio.ensure_future(session.connect_again(nothing_to_introduce))
    await until(lambda: len(server.actions("Login")) >= 3)
    assert not returning.done()
    server.secret = right
    await asyncio.wait_for(returning, 2)
    await session.close()


async def test_when_it_cannot_introduce_itself_it_tries_anew(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    server.cut()
    await session.watch()
    introductions = 0

    async def introduce() -> None:
        nonlocal introductions
        introductions += 1
        if introductions < 3:
            await session.ask("NoSuchAction")

    await asyncio.wait_for(session.connect_again(introduce), 2)
    assert introductions == 3
    assert session.connects == 4
    await session.close()


async def test_the_way_back_can_be_called_off(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    await server.shut()
    await session.watch()
    returning = asyncio.ensure_future(session.connect_again(nothing_to_introduce))
    await asyncio.sleep(0.05)
    returning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await returning
    await session.close()
    await server.listen()
    await asyncio.sleep(0.2)
    assert len(server.actions("Login")) == 1


async def test_closing_says_good_bye(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    await session.close()
    assert len(server.actions("Logoff")) == 1
    await until(lambda: not server._writers)
    await session.close()
    with pytest.raises(NotConnected):
        session.send("Ping", {})


async def test_closing_does_not_wait_for_a_dead_asterisk(server: AmiServer, settings: AsteriskSettings) -> None:
    session, _ = await connected(settings)
    server.faults.silent_to = {"Logoff"}
    await asyncio.wait_for(session.close(), 1.5)
    assert not session.connected
