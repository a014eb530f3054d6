"""Callers: talks a flow through with each, and keeps every step.

    same => n,AGI(agi://127.0.0.1/inbound?did=${URIENCODE(${EXTEN})}&arrived=${WAIHU_ARRIVED})

The flow decides (dialer.core.inbound.talk), this route carries out. WAIHU_SERVED tells the dialplan how far it came:
`talking` while another party talks with the caller, `ended` at the end; without it the dialplan looks after the caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

import structlog

from agi.call import ALL_KEYS, Call
from agi.errors import AgiError, CallerHungUp, CommandFailed
from agi.routes.aside import Aside
from agi.routes.opt_out import e164
from agi.routes.waiting import Waiting
from agi.voice import Voice
from dialer.core.hours import may_call
from dialer.core.inbound import moves as do
from dialer.core.inbound.flow import Flow, Speech, StepName, kind
from dialer.core.inbound.record import CallBegan, CallEnded, InboundId, InboundOutcome, StepTaken
from dialer.core.inbound.talk import ANSWERED, Talk, begin, step
from dialer.core.inbound.variables import Caller
from dialer.core.words import ChannelId
from dialer.ports import CallerLines, CallerQueues, FindCaller, InboundLog, PromiseCallback, Suppress

log = structlog.get_logger(__name__)

SERVED = "WAIHU_SERVED"
TALKING, ENDED = "talking", "ended"
HUNG_UP = "hung_up"
JOINED = "agent"
SOURCE = "inbound call"
FIND_SECONDS = 1.5
"""How long a caller waits to be recognised; who is not by then is a stranger."""
WRITE_SECONDS = 5.0
"""How long a wish may take to be written down before the caller hears that it was not."""

FlowOf = Callable[[str], Flow | None]
"""The flow that answers a number, as the carrier says it."""


class Forgotten(AgiError):
    """A caller comes back from a queue of which this daemon knows nothing; the message names the channel."""


class NoFlow(AgiError):
    """No inbound file answers the number that was dialled; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the route needs of the rest of Waihu."""

    flow_of: FlowOf
    find_caller: FindCaller
    suppress: Suppress
    promise_callback: PromiseCallback
    queues: CallerQueues
    lines: CallerLines
    keep: InboundLog
    voice: Voice
    recordings: str
    """Folder of callers' messages, on Asterisk's machine."""
    now: Callable[[], datetime]


@dataclass(slots=True)
class InboundFigures:
    """What the route has seen."""

    calls: int = 0
    sounds_missing: int = 0
    """Sounds that Asterisk could not play."""
    wishes_failed: int = 0
    """Wishes of callers that could not be written down at once."""


class Inbound:
    """The route."""

    def __init__(self, desk: Desk, figures: InboundFigures, aside: Aside[Visit]) -> None:
        """`aside` are those who left a queue, for an agent probably; who is not joined comes back with `again=1`."""
        self._desk = desk
        self._figures = figures
        self._aside = aside

    async def __call__(self, call: Call) -> None:
        """Talk with one caller from the first word to the last.

        :raises NoFlow: nobody has said what is to become of calls to this number.
        :raises Forgotten: the caller comes back, and nobody knows from where.
        """
        channel = ChannelId(call.request.uniqueid)
        if "again" in call.request.query:
            visit = await self._aside.back(channel)
            if visit is None:
                raise Forgotten(f"nobody knows where the caller of {channel} was")
        else:
            visit = self._begin(call)
        with self._aside.serving(channel):
            try:
                await visit.talk_through(call)
            finally:
                self._aside.forget(lambda known: self._desk.queues.place(known) is None)
                if visit.may_return:
                    self._aside.keep(channel, visit)

    def _begin(self, call: Call) -> Visit:
        number = call.request.query.get("did", call.request.extension)
        flow = self._desk.flow_of(number)
        if flow is None:
            raise NoFlow(f"no inbound file has {number[:40]!r} among its numbers")
        self._figures.calls += 1
        return Visit(self._desk, self._figures, call, flow, number)


class Visit:
    """One caller's way through a flow."""

    def __init__(self, desk: Desk, figures: InboundFigures, call: Call, flow: Flow, number: str) -> None:
        self._desk = desk
        self._figures = figures
        self._call = call
        self._flow = flow
        self._number = number
        self._id = InboundId(call.request.uniqueid)
        self._position = 0
        self._noted: int | None = None
        self._entered_at = desk.now()
        self._recording = ""
        self._outcome = InboundOutcome.COMPLETED
        self._talk: Talk | None = None
        self._action: do.Action = do.End()
        self._queued_at: datetime | None = None
        self._to_agent = False
        self.may_return = False
        """The call was taken out of a queue, perhaps for an agent; who is not joined comes back."""

    async def talk_through(self, call: Call) -> None:
        """Until the end of the flow, the caller's, or an agent takes the call."""
        self._call, self._to_agent, self.may_return = call, False, False
        try:
            if self._talk is None:
                await self._begin()
            await self._go_on()
            await self._call.set(SERVED, ENDED)
        except CallerHungUp:
            self._lost_caller()
            raise
        except Exception:
            self._cut_off("failed")
            self._over(InboundOutcome.FAILED)
            raise
        # Who is cut off because Waihu stops is not at the end: the dialplan says what becomes of the call.
        self._over(self._outcome)
        await self._call.hangup()

    async def _begin(self) -> None:
        caller = await self._recognise()
        self._began(caller)
        await self._call.answer()
        flow = self._flow
        is_open = flow.hours is None or may_call(flow.hours, (), self._desk.now())
        self._talk, self._action = begin(flow, caller, dialled=self._number, is_open=is_open)
        await self._speak(self._talk.language)
        self._note(self._talk)

    async def _go_on(self) -> None:
        assert self._talk is not None  # noqa: S101 - it has begun
        while not isinstance(self._action, do.End):
            answer = await self._perform(self._action, self._talk)
            self._talk, self._action = step(self._talk, answer)
            self._note(self._talk)

    def _lost_caller(self) -> None:
        if self._to_agent:
            # The dialplan says how the call ends.
            self._cut_off(JOINED)
            return
        self._cut_off(HUNG_UP)
        talked = self._outcome is InboundOutcome.TRANSFERRED
        self._over(self._outcome if talked else InboundOutcome.HUNG_UP)

    # --- what is known ---

    async def _recognise(self) -> Caller:
        number = e164(self._call.request.caller_number or "", self._flow.country)
        if number is None:
            return Caller()
        try:
            async with asyncio.timeout(FIND_SECONDS):
                return await self._desk.find_caller(number)
        except Exception as error:  # noqa: BLE001 - PostgreSQL away, in whatever way: a stranger is served too
            log.warning("a caller could not be looked up", reason=" ".join(str(error).split())[:200])
            return Caller(number=number)

    def _began(self, caller: Caller) -> None:
        self._desk.keep(
            CallBegan(
                call=self._id,
                number=self._number,
                flow=self._flow.name,
                version=self._flow.version,
                caller=caller.number or self._call.request.caller_number or "",
                customer=caller.customer,
                returns=caller.abandoned,
                arrived_at=self._arrived_at(),
            )
        )

    def _arrived_at(self) -> datetime:
        try:
            return datetime.fromtimestamp(float(self._call.request.query["arrived"]), UTC)
        except (KeyError, ValueError, OverflowError):
            return self._entered_at

    # --- what is kept ---

    def _note(self, talk: Talk) -> None:
        """Keep the steps that were left, and the one that was entered."""
        now = self._desk.now()
        for left in talk.left:
            self._keep_step(left.step, left.kind, left_at=now, result=left.result, value=left.value)
            self._position += 1
            self._entered_at = now
        if talk.at is not None and self._noted != self._position:
            self._noted = self._position
            self._keep_step(talk.at.name, kind(talk.at))

    def _keep_step(
        self,
        name: StepName,
        word: str,
        *,
        left_at: datetime | None = None,
        result: str | None = None,
        value: str = "",
    ) -> None:
        self._desk.keep(
            StepTaken(
                call=self._id,
                position=self._position,
                step=name,
                kind=word,
                entered_at=self._entered_at,
                left_at=left_at,
                result=result,
                value=value,
            )
        )

    def _cut_off(self, result: str) -> None:
        talk = self._talk
        if talk is not None and talk.at is not None:
            self._keep_step(talk.at.name, kind(talk.at), left_at=self._desk.now(), result=result, value=self._recording)

    def _over(self, outcome: InboundOutcome) -> None:
        language = self._talk.language if self._talk is not None else self._flow.languages[0]
        self._desk.keep(CallEnded(call=self._id, at=self._desk.now(), outcome=outcome, language=language))

    # --- what is done ---

    async def _perform(self, action: do.Action, talk: Talk) -> do.Answer:
        match action:
            case do.Say(heard):
                await self._play(heard, talk)
                return do.Done()
            case do.AskKey(heard, wait):
                key = await self._play(heard, talk, ALL_KEYS) or await self._call.wait_for_key(wait.total_seconds())
                return do.Keyed(key)
            case do.AskDigits(heard, most, pause):
                return do.Keyed(await self._digits(heard, most, pause.total_seconds(), talk))
            case do.SayDigits(digits):
                await self._call.say_digits(digits)
                return do.Done()
            case do.TakeMessage():
                return await self._take_message(action, talk)
            case do.Suppress(number):
                proof = f"call {self._id}"
                writing = self._desk.suppress(number, reason="asked for it by telephone", source=SOURCE, proof=proof)
                return await self._written(writing)
            case do.PromiseCallback(number, campaign, after):
                return await self._written(self._desk.promise_callback(number, campaign=campaign, after=after))
            case do.Dial():
                return await self._dial(action)
            case do.WaitInQueue():
                return await self._wait(action, talk)
            case do.Speak(language):
                await self._speak(language)
                return do.Done()
            case do.End():
                raise RuntimeError("the end is not performed")
            case _:
                assert_never(action)

    async def _play(self, heard: do.Heard, talk: Talk, stop_on: str = "") -> str:
        """Play it; the key that stopped it. What Asterisk cannot play is left out."""
        for piece in heard:
            sound = self._desk.voice.sound(talk.language, piece.text) if isinstance(piece, Speech) else piece.name
            try:
                key = await self._call.play(sound, stop_on=stop_on)
            except CommandFailed as error:
                self._figures.sounds_missing += 1
                log.error("a caller heard less than was meant", sound=sound, reason=str(error))  # noqa: TRY400
                continue
            if key:
                return key
        return ""

    async def _digits(self, heard: do.Heard, most: int, pause_seconds: float, talk: Talk) -> str:
        first = await self._play(heard, talk, ALL_KEYS)
        if first == "#" or len(first) == most:
            return first.removesuffix("#")
        return first + await self._call.ask_digits(most=most - len(first), pause_seconds=pause_seconds)

    async def _take_message(self, action: do.TakeMessage, talk: Talk) -> do.Answer:
        await self._play(action.heard, talk)
        self._recording = f"{self._desk.recordings}/{self._id}-{self._position}"
        try:
            recording = await self._call.record(
                self._recording,
                longest_seconds=action.longest.total_seconds(),
                silence_seconds=max(1, round(action.silence.total_seconds())),
            )
        except CommandFailed as error:
            log.error("a caller's message could not be recorded", reason=str(error))  # noqa: TRY400
            return do.Failed(str(error))
        file, self._recording = self._recording, ""
        return do.Recorded(file, recording.seconds)

    async def _dial(self, action: do.Dial) -> do.Answer:
        channel = ChannelId(self._id)
        if action.trunk is None:
            return await self._ring(action)
        if not await self._desk.lines.take(channel, action.trunk):
            log.warning("a caller is not transferred, the trunk has no free line", trunk=action.trunk.name)
            return do.Dialled(do.NO_LINE, 0)
        try:
            return await self._ring(action)
        finally:
            self._desk.lines.give_back(channel)

    async def _ring(self, action: do.Dial) -> do.Answer:
        # Should Waihu go away meanwhile, the two talk on, and the dialplan knows that the caller was served.
        await self._call.set(SERVED, TALKING)
        options = f"f({action.caller_id})" if action.caller_id else ""
        outcome = await self._call.dial(action.dial, ring_seconds=action.ring.total_seconds(), options=options)
        if outcome.status == ANSWERED:
            self._outcome = InboundOutcome.TRANSFERRED
        await self._call.set(SERVED, "")
        return do.Dialled(outcome.status, outcome.talk_seconds)

    async def _wait(self, action: do.WaitInQueue, talk: Talk) -> do.Answer:
        self._queued_at = self._queued_at or self._desk.now()

        async def play(heard: do.Heard, keys: str) -> str:
            return await self._play(heard, talk, keys)

        queues, channel = self._desk.queues, ChannelId(self._id)
        try:
            waited = await Waiting(self._call, queues, action, play).until_left(talk.caller, self._queued_at)
        except BaseException:
            self._to_agent = queues.unheard(channel)
            self.may_return = self._to_agent or queues.place(channel) is not None
            raise
        self._queued_at = None
        return waited

    async def _speak(self, language: str) -> None:
        await self._call.set("CHANNEL(language)", language)

    async def _written(self, writing: Awaitable[object]) -> do.Answer:
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await writing
        except Exception as error:  # noqa: BLE001 - PostgreSQL away, in whatever way: the caller is told
            self._figures.wishes_failed += 1
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            log.error("a caller's wish could not be written down", reason=reason)  # noqa: TRY400
            return do.Failed(reason)
        return do.Done()
