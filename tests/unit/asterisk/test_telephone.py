"""The Telephone on an AMI server that behaves, and on one that does not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import pytest

from dialer.asterisk.errors import AsteriskUnreachable, LoginRefused
from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.telephone import Telephone
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.words import AgentNumber, AttemptId, ChannelId
from dialer.tasks import TaskCrew
from tests.fakes.ami_server import AmiServer
from tests.fakes.waiting import until

E = TypeVar("E", bound=ev.Event)
CUSTOMER = ChannelId("c-1")
LEG = ChannelId("leg-1")
JOIN = do.Join(channel=CUSTOMER, agent=AgentNumber("1001"), agent_leg=LEG)


@dataclass
class Room:
    """A Telephone with the events it posted and the tasks that died under it."""

    telephone: Telephone
    posted: list[ev.Event]
    deaths: list[BaseException]
    crew: TaskCrew

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.posted if isinstance(event, kind)]

    async def posts(self, kind: type[E], times: int = 1) -> E:
        """The event, once it was posted."""
        await until(lambda: len(self.of(kind)) >= times)
        return self.of(kind)[times - 1]


def make_room(settings: AsteriskSettings) -> Room:
    posted: list[ev.Event] = []
    deaths: list[BaseException] = []
    crew = TaskCrew(lambda _, error: deaths.append(error))
    return Room(Telephone(settings, posted.append, crew), posted, deaths, crew)


@pytest.fixture
async def room(settings: AsteriskSettings) -> AsyncIterator[Room]:
    running = make_room(settings)
    await running.telephone.start()
    yield running
    await running.telephone.close()
    await running.crew.close()
    assert running.deaths == []


def originate(attempt: str = CUSTOMER, dial: str = "PJSIP/861380013@carrier") -> do.Originate:
    return do.Originate(
        attempt=AttemptId(attempt),
        dial=dial,
        caller_id="+18005550100",
        ring_time=timedelta(seconds=25),
        answer_limit=timedelta(seconds=2),
        message="waihu/safe-harbour",
        detection=None,
    )


def call_agent() -> do.CallAgent:
    return do.CallAgent(agent=AgentNumber("1001"), channel=LEG, dial="PJSIP/1001", ring_time=timedelta(seconds=20))


# --- starting -------------------------------------------------------------------------------------------------------


async def test_start_tells_what_lives_there_first(server: AmiServer, settings: AsteriskSettings) -> None:
    server.channels = {"c-9": "PJSIP/carrier-00000009"}
    room = make_room(settings)
    await room.telephone.start()
    back = room.posted[0]
    assert isinstance(back, ev.AsteriskBack)
    assert [live.channel for live in back.live] == ["c-9"]
    assert not back.restarted
    await room.telephone.close()
    await room.crew.close()


async def test_start_fails_with_the_reason_and_leaves_no_task(server: AmiServer, settings: AsteriskSettings) -> None:
    room = make_room(replace(settings, secret="falsch"))  # noqa: S106
    with pytest.raises(LoginRefused):
        await room.telephone.start()
    server.faults.silent_to = {"CoreShowChannels"}
    room = make_room(settings)
    with pytest.raises(AsteriskUnreachable, match=r"does not tell what lives in it: .*CoreShowChannels within 0.3 s"):
        await room.telephone.start()
    assert room.crew.names == ()
    assert room.posted == []


async def test_the_heartbeat_is_in_asterisks_time_and_goes_on(server: AmiServer, settings: AsteriskSettings) -> None:
    server.clock_ahead_seconds = 3600.0
    room = make_room(settings)
    await room.telephone.start()
    await until(lambda: len(server.actions("Setvar")) >= 3)
    [beat, *_] = server.actions("Setvar")
    assert beat["Variable"] == "WAIHU_HEARTBEAT"
    assert abs(int(beat["Value"]) - server._now()) < 3
    await room.telephone.close()
    await room.crew.close()


# --- wishes ---------------------------------------------------------------------------------------------------------


async def test_a_customer_is_dialled_under_the_id_of_the_attempt(server: AmiServer, room: Room) -> None:
    room.telephone.perform(originate())
    await until(lambda: server.actions("Originate"))
    [action] = server.actions("Originate")
    assert (action["ActionID"], action["ChannelId"], action["Channel"]) == ("c-1", "c-1", "PJSIP/861380013@carrier")
    assert "WAIHU_ATTEMPT=c-1" in action.all("Variable")
    assert len(action.all("Variable")) == 5


async def test_wishes_are_written_in_order(server: AmiServer, room: Room) -> None:
    for n in range(20):
        room.telephone.perform(originate(f"c-{n}"))
        room.telephone.perform(do.HangUp(channel=ChannelId(f"c-{n}")))
    await until(lambda: len(server.actions("Hangup")) == 20)
    written = [a["ChannelId"] or a["Channel"] for a in server.received if a["Action"] in ("Originate", "Hangup")]
    assert written == [f"c-{n}" for n in range(20) for _ in range(2)]


async def test_a_bad_dial_string_is_refused_and_nothing_is_sent(server: AmiServer, room: Room) -> None:
    room.telephone.perform(originate(dial="PJSIP/1@a&PJSIP/2@a"))
    refused = await room.posts(ev.OriginateRefused)
    assert refused.channel == CUSTOMER
    assert "is no dial string" in refused.reason
    assert server.actions("Originate") == []


async def test_an_originate_that_asterisk_refuses(server: AmiServer, room: Room) -> None:
    server.faults.silent_to = {"Originate"}
    room.telephone.perform(originate())
    await until(lambda: server.actions("Originate"))
    await server.raw(b"Response: Error\r\nActionID: c-1\r\nMessage: Extension does not exist.\r\n\r\n")
    assert "Extension does not exist." in (await room.posts(ev.OriginateRefused)).reason


async def test_an_originate_without_an_answer_is_in_doubt(server: AmiServer, room: Room) -> None:
    server.faults.silent_to = {"Originate"}
    room.telephone.perform(originate())
    assert (await room.posts(ev.OriginateInDoubt)).channel == CUSTOMER
    assert room.of(ev.OriginateRefused) == []


async def fails_without_a_hangup(server: AmiServer, uniqueid: str = CUSTOMER) -> None:
    await server.event(
        "OriginateResponse",
        ActionID=uniqueid,
        Response="Failure",
        Channel="PJSIP/1@nosuch",
        Reason="0",
        Uniqueid=uniqueid,
    )


async def test_a_channel_that_never_was_is_a_refusal(server: AmiServer, room: Room) -> None:
    room.telephone.perform(originate())
    await fails_without_a_hangup(server)
    assert "made no channel (Reason 0)" in (await room.posts(ev.OriginateRefused)).reason
    await fails_without_a_hangup(server)
    await asyncio.sleep(1.2)
    assert len(room.of(ev.OriginateRefused)) == 1


@pytest.mark.parametrize("birth_first", [True, False])
async def test_a_channel_that_was_is_judged_by_its_hangup_alone(
    birth_first: bool, server: AmiServer, room: Room
) -> None:
    room.telephone.perform(originate())
    if not birth_first:
        await fails_without_a_hangup(server)
    await server.event("Newchannel", Uniqueid=CUSTOMER, Channel="PJSIP/carrier-00000001")
    if birth_first:
        await fails_without_a_hangup(server)
    await server.event("Hangup", Uniqueid=CUSTOMER, Channel="PJSIP/carrier-00000001", Cause="17", TechCause="486")
    await room.posts(ev.HungUp)
    await asyncio.sleep(1.2)
    assert room.of(ev.OriginateRefused) == []


async def test_somebody_elses_originate_is_none_of_our_business(server: AmiServer, room: Room) -> None:
    await fails_without_a_hangup(server, "stranger")
    await asyncio.sleep(1.2)
    assert room.of(ev.OriginateRefused) == []


async def test_an_agents_phone_that_cannot_be_called_hangs_up(server: AmiServer, room: Room) -> None:
    room.telephone.perform(call_agent())
    await fails_without_a_hangup(server, LEG)
    assert await room.posts(ev.HungUp) == replace(room.of(ev.HungUp)[0], channel=LEG, cause=0)
    assert room.of(ev.OriginateRefused) == []


async def bridge_fails(server: AmiServer, agent: str = "1001") -> None:
    await server.event(
        "UserEvent",
        UserEvent="WaihuBridgeFailed",
        Uniqueid=CUSTOMER,
        Attempt=CUSTOMER,
        Agent=agent,
        Result="NONEXISTENT",
    )


async def test_a_customer_is_sent_to_the_agents_leg(server: AmiServer, room: Room) -> None:
    server.channels = {CUSTOMER: "PJSIP/carrier-00000001"}
    room.telephone.perform(JOIN)
    await until(lambda: server.actions("Redirect"))
    [action] = server.actions("Redirect")
    assert (action["Channel"], action["Context"], action["Exten"]) == (CUSTOMER, "waihu-bridge", "1001")
    assert room.of(ev.JoinFailed) == []


async def test_a_join_that_finds_the_leg_gone(server: AmiServer, room: Room) -> None:
    server.channels = {CUSTOMER: "PJSIP/carrier-00000001"}
    room.telephone.perform(JOIN)
    await until(lambda: server.actions("Redirect"))
    await bridge_fails(server, "1002")
    await bridge_fails(server)
    await bridge_fails(server)
    await server.event("Hangup", Uniqueid=CUSTOMER)
    await room.posts(ev.HungUp)
    [failed] = room.of(ev.JoinFailed)
    assert (failed.channel, failed.agent_leg) == (CUSTOMER, LEG)
    assert "leg was gone (NONEXISTENT)" in failed.reason


async def test_who_has_gone_cannot_be_joined(server: AmiServer, room: Room) -> None:
    room.telephone.perform(JOIN)
    failed = await room.posts(ev.JoinFailed)
    assert (failed.channel, failed.agent_leg) == (CUSTOMER, LEG)
    assert "No such channel" in failed.reason


async def test_a_join_without_an_answer_has_failed(server: AmiServer, room: Room) -> None:
    server.faults.silent_to = {"Redirect"}
    room.telephone.perform(JOIN)
    assert "may have been carried out" in (await room.posts(ev.JoinFailed)).reason


async def test_where_legs_are_sent(server: AmiServer, room: Room) -> None:
    server.channels = {CUSTOMER: "PJSIP/carrier-00000001", LEG: "PJSIP/1001-00000002"}
    agent = AgentNumber("1001")
    room.telephone.perform(do.PlayMessage(channel=CUSTOMER))
    room.telephone.perform(do.AdmitAgent(channel=LEG, agent=agent))
    room.telephone.perform(do.DenyAgent(channel=LEG))
    room.telephone.perform(do.Announce(channel=LEG, agent=agent, sound="beep"))
    await until(lambda: len(server.actions("Redirect")) == 4)
    assert [(a["Channel"], a["Context"], a["Exten"], a["Priority"]) for a in server.actions("Redirect")] == [
        (CUSTOMER, "waihu-message", "s", "1"),
        (LEG, "waihu-agent", "1001", "1"),
        (LEG, "waihu-login", "denied", "1"),
        (LEG, "waihu-agent", "1001", "1"),
    ]
    assert server.variables["WAIHU_ANNOUNCE"] == "beep"
    assert room.telephone.figures.wishes_dropped == 0


async def test_a_wish_about_a_channel_that_has_gone_is_counted(server: AmiServer, room: Room) -> None:
    room.telephone.perform(do.HangUp(channel=ChannelId("gone")))
    await until(lambda: room.telephone.figures.wishes_dropped == 1)


async def test_the_black_box_forgets_a_recorded_call_and_takes_a_second_wish_lightly(
    server: AmiServer, room: Room
) -> None:
    server.database = {"/waihu-calls/c-1": "x", "/waihu-calls/c-2": "y"}
    for _ in range(2):
        room.telephone.perform(do.ForgetCall(attempt=AttemptId("c-1")))
    await until(lambda: sum("DB_DELETE" in a["Variable"] for a in server.actions("Setvar")) == 2)
    assert list(server.database) == ["/waihu-calls/c-2"]
    assert room.telephone.figures.wishes_dropped == 0


async def test_a_wish_of_no_known_kind_is_our_mistake(room: Room) -> None:
    with pytest.raises(TypeError, match="does not know the wish TelephoneCommand"):
        room.telephone.perform(do.TelephoneCommand())


# --- losing Asterisk ------------------------------------------------------------------------------------------------


async def test_a_loss_is_told_in_order_and_nothing_is_dialled_again(server: AmiServer, room: Room) -> None:
    server.faults.silent_to = {"Originate"}
    room.telephone.perform(originate("c-1"))
    room.telephone.perform(originate("c-2"))
    await until(lambda: len(server.actions("Originate")) == 2)
    server.faults.silent_to = set()
    server.channels = {"c-1": "PJSIP/carrier-00000001"}
    server.cut()
    back = await room.posts(ev.AsteriskBack, times=2)
    told = [event for event in room.posted[1:] if not isinstance(event, ev.ChannelEvent)]
    assert [type(event).__name__ for event in room.posted[1:]] == [
        "OriginateInDoubt",
        "OriginateInDoubt",
        "AsteriskLost",
        "AsteriskBack",
    ]
    assert len(told) == 2
    assert [live.channel for live in back.live] == ["c-1"]
    assert not back.restarted
    assert len(server.actions("Originate")) == 2


async def test_while_asterisk_is_away_wishes_fail_at_once(server: AmiServer, room: Room) -> None:
    await server.shut()
    await room.posts(ev.AsteriskLost)
    room.telephone.perform(originate())
    room.telephone.perform(JOIN)
    room.telephone.perform(do.HangUp(channel=CUSTOMER))
    assert "there is no connection" in room.of(ev.OriginateRefused)[0].reason
    assert len(room.of(ev.JoinFailed)) == 1
    assert room.telephone.figures.wishes_dropped == 1
    await server.listen()
    await room.posts(ev.AsteriskBack, times=2)
    assert server.actions("Originate") == []


async def test_a_restart_is_told_from_a_broken_cable(server: AmiServer, room: Room) -> None:
    server.started = "06:30:00"
    server.cut()
    assert (await room.posts(ev.AsteriskBack, times=2)).restarted
    server.cut()
    assert not (await room.posts(ev.AsteriskBack, times=3)).restarted


async def test_a_restart_within_the_second_of_the_start_is_one_too(server: AmiServer, room: Room) -> None:
    await server.shut()
    server.variables.clear()
    await server.listen()
    assert (await room.posts(ev.AsteriskBack, times=2)).restarted


async def test_what_happens_during_the_resync_is_told_after_it_and_whole(server: AmiServer, room: Room) -> None:
    server.channels = {"c-1": "PJSIP/carrier-00000001", LEG: "PJSIP/1001-00000002"}
    pending: list[asyncio.Task[None]] = []

    def meanwhile(action: object) -> None:
        if server.received[-1]["Action"] == "CoreShowChannels":
            del server.channels["c-1"]
            hangup = server.event("Hangup", Uniqueid="c-1", Channel="PJSIP/carrier-00000001", Cause="16")
            pending.append(asyncio.ensure_future(hangup))

    server.on_action = meanwhile
    server.cut()
    await room.posts(ev.HungUp)
    assert [type(event).__name__ for event in room.posted[1:]] == ["AsteriskLost", "AsteriskBack", "HungUp"]
    assert [live.channel for live in room.of(ev.AsteriskBack)[1].live] == ["c-1", LEG]


async def test_an_originate_from_before_a_loss_is_not_refused_after_it(server: AmiServer, room: Room) -> None:
    room.telephone.perform(originate())
    await until(lambda: server.actions("Originate"))
    server.cut()
    await room.posts(ev.AsteriskBack, times=2)
    await fails_without_a_hangup(server)
    await asyncio.sleep(1.2)
    assert room.of(ev.OriginateRefused) == []


async def test_figures_count(server: AmiServer, room: Room) -> None:
    await server.event("Newchannel", Uniqueid=CUSTOMER, Channel="PJSIP/carrier-00000001")
    await server.event("VarSet", Uniqueid=CUSTOMER)
    await server.event("Hangup", Cause="16")
    await until(lambda: room.telephone.figures.failures == 1)
    figures = room.telephone.figures
    assert (figures.connected, figures.connects) == (True, 1)
    assert (figures.events, figures.passed_over) == (3, 1)
    assert figures.last_ping_ms > 0
    assert abs(figures.clock_offset_ms) < 300


async def test_closing_posts_nothing_more_and_ends_the_tasks(server: AmiServer, settings: AsteriskSettings) -> None:
    room = make_room(settings)
    await room.telephone.start()
    server.faults.silent_to = {"Originate"}
    room.telephone.perform(originate())
    before = list(room.posted)
    await room.telephone.close()
    await asyncio.sleep(0.4)
    assert room.posted == before
    assert room.crew.names == ()
    assert len(server.actions("Login")) == 1
