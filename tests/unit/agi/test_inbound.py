"""The route for callers without a network: every moment at which a caller can hang up, and what else goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from agi.errors import CallerHungUp
from agi.routes.aside import Aside
from agi.routes.inbound import Desk, Forgotten, Inbound, InboundFigures, NoFlow, Visit
from agi.voice import Voice
from dialer.core.inbound import flow as steps
from dialer.core.inbound.flow import EVERY_KIND, Flow, HangUp, Step, StepName, kind
from dialer.core.inbound.record import CallBegan, CallEnded, InboundFact, InboundOutcome, StepTaken
from dialer.core.inbound.variables import Caller
from dialer.core.policy import Trunk
from dialer.core.queueing import Acquaintance, CallerQueued, CallerState
from dialer.core.words import CampaignName, ChannelId, CustomerId, TrunkName
from tests.factories import BEN
from tests.fakes.agi_line import AsteriskLine, on
from tests.fakes.agi_peer import opening
from tests.fakes.caller_queues import SceneLines, SceneQueues
from tests.unit.core.inbound.flows import EN, collect, flow, heard, menu, queue, to

MINUTE = timedelta(minutes=1)


def chain() -> Flow:
    """Every kind of step after the other."""
    done, failed = heard("done"), heard("failed")
    return flow(
        steps.Play(name=StepName("play"), prompt=heard("welcome"), next=to("menu")),
        menu("menu", k1="question"),
        menu("question", question=True, k1="collect"),
        collect("collect", "record", say_back=True),
        steps.Record(name=StepName("record"), prompt=heard("leave"), longest=MINUTE, silence=MINUTE, next=to("optout")),
        steps.OptOut(name=StepName("optout"), done=done, failed=failed, next=to("callback")),
        steps.Callback(
            name=StepName("callback"),
            campaign=CampaignName("spring"),
            after=MINUTE,
            done=done,
            failed=failed,
            next=to("transfer"),
        ),
        steps.Transfer(
            name=StepName("transfer"), dial="PJSIP/1", ring=MINUTE, caller_id="861065550100", answered=to("language")
        ),
        steps.Switch(name=StepName("language"), language=EN, next=to("branch")),
        steps.Branch(name=StepName("branch"), on="open", cases={"yes": to("queue")}),
        queue("queue", k1="bye"),
        HangUp(name=StepName("bye"), prompt=heard("bye")),
        numbers=("100",),
    )


class Rest:
    """The rest of Waihu."""

    def __init__(self, flow: Flow, queues: SceneQueues | None = None) -> None:
        self.facts: list[InboundFact] = []
        self.wishes: list[str] = []
        self.find: Callable[[], None] = lambda: None
        ticks = count()
        self.figures = InboundFigures()
        self.known = Caller()
        self.lines = SceneLines()
        self.queues = queues or SceneQueues()
        self.aside = Aside[Visit]()
        self.desk = Desk(
            flow_of=lambda number: flow if number == "100" else None,
            find_caller=self._find,
            suppress=self._suppress,
            promise_callback=self._promise,
            queues=self.queues,
            lines=self.lines,
            keep=self._keep,
            voice=Voice(["say", "{file}"], {}, Path("/speech")),
            recordings="/messages",
            now=lambda: datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=next(ticks)),
        )

    @property
    def route(self) -> Inbound:
        return Inbound(self.desk, self.figures, self.aside)

    def ways(self) -> list[str]:
        return [f"{one.step}:{one.result}" for one in self.facts if isinstance(one, StepTaken) and one.result]

    def outcomes(self) -> list[InboundOutcome]:
        return [one.outcome for one in self.facts if isinstance(one, CallEnded)]

    async def _find(self, number: str) -> Caller:
        self.find()
        return replace(self.known, number=number)

    async def _suppress(self, number: str, *, reason: str, source: str, proof: str) -> bool:
        self.wishes.append(f"suppress {number} by {proof}")
        return True

    async def _promise(self, number: str, *, campaign: CampaignName, after: timedelta) -> None:
        self.wishes.append(f"call {number} for {campaign} after {after}")

    def _keep(self, fact: InboundFact) -> None:
        self.facts.append(fact)


def willing(command: list[str]) -> str:
    """A caller who presses 1, keys in 12, and talks with whoever is rung."""
    match command:
        case ["STREAM", "FILE", sound, keys] if keys and sound != "collect-prompt":
            return "200 result=49 endpos=0"
        case ["WAIT", "FOR", "DIGIT", _]:
            return "200 result=49"
        case ["GET", "DATA", *_]:
            return "200 result=12"
        case ["RECORD", "FILE", *_]:
            return "200 result=35 (dtmf) endpos=16000"
        case ["GET", "VARIABLE", "DIALSTATUS"]:
            return "200 result=1 (ANSWER)"
        case ["GET", "VARIABLE", "ANSWEREDTIME"]:
            return "200 result=1 (7)"
    return "200 result=0"


CALL = opening("inbound?did=100&arrived=1795321993.250")


async def test_every_kind_of_step_to_the_end() -> None:
    rest = Rest(chain())
    line = AsteriskLine(willing, opens=CALL)
    await rest.route(on(line))
    assert rest.ways() == [
        "play:next",
        "menu:1",
        "question:1",
        "collect:next",
        "record:next",
        "optout:next",
        "callback:next",
        "transfer:answered",
        "language:next",
        "branch:yes",
        "queue:1",
        "bye:end",
    ]
    assert {one.kind for one in rest.facts if isinstance(one, StepTaken)} == set(EVERY_KIND)
    assert rest.outcomes() == [InboundOutcome.TRANSFERRED]
    (began,) = [one for one in rest.facts if isinstance(one, CallBegan)]
    assert began.arrived_at == datetime.fromtimestamp(1795321993.25, UTC)
    assert rest.wishes == [
        f"suppress +8613800138000 by call {began.call}",
        "call +8613800138000 for spring after 0:01:00",
    ]
    served = [command for command in line.asked if command.startswith("SET VARIABLE WAIHU_SERVED")]
    assert [command.split()[3:] for command in served] == [["talking"], [], ["ended"]]
    assert line.asked[-1] == "HANGUP"
    assert "EXEC Dial PJSIP/1,60,gf(861065550100)" in line.asked


async def test_a_hang_up_at_every_single_command() -> None:
    whole = AsteriskLine(willing, opens=CALL)
    await Rest(chain()).route(on(whole))
    for at in range(len(whole.asked)):
        rest = Rest(chain())
        with pytest.raises(CallerHungUp):
            await rest.route(on(AsteriskLine(willing, hangs_up_at=at, opens=CALL)))
        last = at == len(whole.asked) - 1
        talked = "GET VARIABLE DIALSTATUS" in whole.asked[:at]
        assert rest.outcomes() == [InboundOutcome.TRANSFERRED if talked else InboundOutcome.HUNG_UP]
        taken = [one for one in rest.facts if isinstance(one, StepTaken)]
        positions = {one.position for one in taken}
        assert positions == set(range(len(positions)))
        # Every step was left, the last one by hanging up; that of a message keeps its file.
        assert {one.position for one in taken if one.result is not None} == positions
        if rest.ways() and not last and whole.asked[at] != "SET VARIABLE WAIHU_SERVED ended":
            assert rest.ways()[-1].endswith(":hung_up")
        if whole.asked[at].startswith("RECORD"):
            assert taken[-1].value.startswith("/messages/")


async def test_a_number_that_no_file_answers() -> None:
    rest = Rest(chain())
    with pytest.raises(NoFlow, match="no inbound file has '200' among its numbers"):
        await rest.route(on(AsteriskLine(willing, opens=opening("inbound?did=200"))))
    assert rest.facts == []


async def test_a_caller_who_cannot_be_looked_up_is_a_stranger() -> None:
    rest = Rest(chain())

    def away() -> None:
        raise ConnectionError("PostgreSQL is away")

    rest.find = away
    await rest.route(on(AsteriskLine(willing, opens=CALL)))
    (began,) = [one for one in rest.facts if isinstance(one, CallBegan)]
    assert (began.caller, began.customer) == ("+8613800138000", None)
    assert rest.outcomes() == [InboundOutcome.TRANSFERRED]


async def test_a_mistake_of_ours_is_kept_and_told_to_the_dialplan() -> None:
    class Broken(SceneQueues):
        async def enter(self, caller: CallerQueued) -> None:
            raise RuntimeError("a mistake of ours")

    rest = Rest(flow(queue("q"), numbers=("100",)), Broken())
    line = AsteriskLine(willing, opens=CALL)
    with pytest.raises(Exception, match="mistake of ours"):
        await rest.route(on(line))
    assert rest.outcomes() == [InboundOutcome.FAILED]
    assert not [command for command in line.asked if "WAIHU_SERVED" in command]


async def test_who_is_cut_off_because_waihu_stops_is_left_open_for_the_dialplans_word() -> None:
    rest = Rest(chain())

    def stops(command: list[str]) -> str:
        if command[:3] == ["STREAM", "FILE", "menu-prompt"]:
            raise asyncio.CancelledError
        return willing(command)

    with pytest.raises(asyncio.CancelledError):
        await rest.route(on(AsteriskLine(stops, opens=CALL)))
    assert rest.outcomes() == []
    last = rest.facts[-1]
    assert isinstance(last, StepTaken)
    assert (last.step, last.result) == ("menu", None)


async def test_sounds_and_messages_that_asterisk_cannot_do() -> None:
    rest = Rest(chain())

    def poor(command: list[str]) -> str:
        if command[:2] == ["RECORD", "FILE"]:
            return "200 result=-1 (writefile) endpos=0"
        if command[:3] == ["STREAM", "FILE", "welcome"]:
            return "200 result=-1 endpos=0"
        return willing(command)

    await rest.route(on(AsteriskLine(poor, opens=CALL)))
    assert rest.figures == InboundFigures(calls=1, sounds_missing=1)
    (message,) = [one for one in rest.facts if isinstance(one, StepTaken) and one.step == "record" and one.result]
    assert message.value.startswith("failed: ")


def test_every_step_of_the_chain_is_of_another_kind() -> None:
    each: list[Step] = list(chain().steps.values())
    assert len({kind(step) for step in each}) == len(each)


CHANNEL = ChannelId("1700000000.1")
QUEUED = opening("inbound?did=100", uniqueid=CHANNEL)
AGAIN = opening("inbound?did=100&again=1", uniqueid=CHANNEL)


def waiting_line(rest: Rest, opens: bytes, joined_at: int) -> AsteriskLine:
    """A caller who hears music and presses nothing; after so many waits an agent comes and takes the call."""
    waits = count(1)

    def answer(command: list[str]) -> str:
        if command[:3] == ["WAIT", "FOR", "DIGIT"] and next(waits) == joined_at:
            rest.queues.scene.log_in()
            raise CallerHungUp("the channel was sent elsewhere")
        return "200 result=0"

    return AsteriskLine(answer, opens=opens)


async def test_an_agent_takes_the_caller_out_of_the_queue() -> None:
    rest = Rest(flow(queue("q", "bye"), HangUp(name=StepName("bye"), prompt={}), numbers=("100",)))
    rest.known = Caller(customer=CustomerId(7), last_campaign=CampaignName("spring"), last_agent=BEN)
    line = waiting_line(rest, QUEUED, joined_at=3)
    with pytest.raises(CallerHungUp):
        await rest.route(on(line))
    assert rest.queues.scene.caller().state is CallerState.JOINING
    assert rest.queues.scene.caller().knows == Acquaintance(
        customer=CustomerId(7), campaign=CampaignName("spring"), agent=BEN
    )
    assert rest.ways() == ["q:agent"]
    # How the call ends is the dialplan's to say.
    assert rest.outcomes() == []
    asked = [command for command in line.asked if not command.startswith(("SET VARIABLE", "GET", "ANSWER"))]
    assert asked == [
        "SET MUSIC ON default",
        "WAIT FOR DIGIT 500",
        "SET MUSIC OFF",
        "STREAM FILE queue-youarenext ",
        "STREAM FILE q-prompt ",
        "SET MUSIC ON default",
        "WAIT FOR DIGIT 2000",
        "WAIT FOR DIGIT 2000",
    ]


async def test_who_comes_back_from_a_failed_join_goes_on_where_they_were() -> None:
    rest = Rest(flow(queue("q", "bye"), HangUp(name=StepName("bye"), prompt={}), numbers=("100",)))
    with pytest.raises(CallerHungUp):
        await rest.route(on(waiting_line(rest, QUEUED, joined_at=1)))
    scene = rest.queues.scene
    scene.phone_goes()
    arrived_at = scene.caller().arrived_at

    def until_long_enough(command: list[str]) -> str:
        scene.wait(30)
        return "200 result=0"

    await rest.route(on(AsteriskLine(until_long_enough, opens=AGAIN)))
    assert scene.gone()
    assert {wait.arrived_at for wait in scene.waits()} == {arrived_at}
    assert rest.ways() == ["q:agent", "q:otherwise", "bye:end"]
    assert rest.outcomes() == [InboundOutcome.COMPLETED]
    assert len(rest.aside) == 0


class SlowQueues(SceneQueues):
    """Of which a route hears late that the caller is in: when the caller has long been sent elsewhere."""

    async def enter(self, caller: CallerQueued) -> None:
        await super().enter(caller)
        for _ in range(100):
            await asyncio.sleep(0)


async def test_who_comes_back_before_the_route_has_seen_them_go_is_known() -> None:
    rest = Rest(flow(queue("q"), numbers=("100",)), SlowQueues())
    lines = [waiting_line(rest, opens, joined_at=1) for opens in (QUEUED, AGAIN)]
    ends = await asyncio.gather(*(rest.route(on(line)) for line in lines), return_exceptions=True)
    assert [type(end) for end in ends] == [CallerHungUp, CallerHungUp]


async def test_a_stranger_who_comes_back_is_left_to_the_dialplan() -> None:
    rest = Rest(flow(queue("q"), numbers=("100",)))
    with pytest.raises(Forgotten, match=CHANNEL.replace(".", "[.]")):
        await rest.route(on(AsteriskLine(willing, opens=AGAIN)))
    assert rest.facts == []


TRUNK = Trunk(name=TrunkName("main"), dial="PJSIP/{number}@main", max_lines=1)


def over_a_trunk() -> Rest:
    return Rest(
        flow(
            steps.Transfer(
                name=StepName("t"), dial="PJSIP/86@main", ring=MINUTE, caller_id=None, trunk=TRUNK, otherwise=to("bye")
            ),
            HangUp(name=StepName("bye"), prompt={}),
            numbers=("100",),
        )
    )


def held(rest: Rest) -> int:
    return 1 - rest.lines.scene.dialer.floor.free_lines_on(TRUNK)


async def test_a_transfer_holds_a_line_of_the_trunk_while_it_lasts() -> None:
    rest = over_a_trunk()
    during: list[int] = []

    def answer(command: list[str]) -> str:
        if command[:2] == ["EXEC", "Dial"]:
            during.append(held(rest))
        return willing(command)

    await rest.route(on(AsteriskLine(answer, opens=CALL)))
    assert (during, held(rest), rest.ways()) == ([1], 0, ["t:answered"])


async def test_the_line_is_given_back_whenever_the_caller_hangs_up() -> None:
    whole = AsteriskLine(willing, opens=CALL)
    await over_a_trunk().route(on(whole))
    for at in range(len(whole.asked)):
        rest = over_a_trunk()
        with pytest.raises(CallerHungUp):
            await rest.route(on(AsteriskLine(willing, hangs_up_at=at, opens=CALL)))
        assert held(rest) == 0


async def test_without_a_free_line_nobody_is_rung() -> None:
    rest = over_a_trunk()
    assert await rest.lines.take(ChannelId("another"), TRUNK)
    line = AsteriskLine(willing, opens=CALL)
    await rest.route(on(line))
    assert not [command for command in line.asked if command.startswith("EXEC Dial")]
    [left] = [one for one in rest.facts if isinstance(one, StepTaken) and one.step == "t" and one.result]
    assert (left.result, left.value) == ("otherwise", "NO_LINE")
    assert (rest.outcomes(), held(rest)) == ([InboundOutcome.COMPLETED], 1)
