"""The Telephone: wishes of the core go to Asterisk, facts of Asterisk go to the core.

Theory. A wish is written to the connection the moment it is performed, in the order of the calls, and its answer is
awaited by a callback; nothing here waits. What Asterisk refuses or leaves unanswered comes back as an event where the
core has one for it. Otherwise it is counted and logged: such a wish concerned a channel that is gone, and its hang-up
has come or will come.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn

import structlog

from dialer.asterisk import actions, variables
from dialer.asterisk.actions import AmiAction
from dialer.asterisk.connection import Reply
from dialer.asterisk.errors import ActionRefused, AsteriskError, AsteriskUnreachable, OutcomeUnknown
from dialer.asterisk.expected import Failed, Joins, Unborn
from dialer.asterisk.muting import Muting
from dialer.asterisk.protocol import Message
from dialer.asterisk.resync import survey
from dialer.asterisk.sending import Sender
from dialer.asterisk.session import Session
from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.translate import translate
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import recording as rec
from dialer.core import supervision as sv
from dialer.core import transfer as tr
from dialer.core.commands import TelephoneCommand
from dialer.core.dialogs import Dismiss, OpenDialog
from dialer.core.machine_messages import LeaveMessage
from dialer.core.words import AgentNumber, ChannelId
from dialer.ports import Post
from dialer.tasks import TaskCrew

log = structlog.get_logger(__name__)

BIRTH_SECONDS = 1.0
"""How long after a failed originate its channel may still show itself; within milliseconds on an idle machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneFigures:
    """Plain numbers about the room, for metrics. Counts run since it was made."""

    connected: bool
    connects: int
    """How often it came to a log-in: 1 is the start, each more a reconnect."""
    events: int
    passed_over: int
    """Events that nobody wants."""
    failures: int
    """Events that could not be read."""
    refused: int
    """Actions that Asterisk answered with an error."""
    in_doubt: int
    """Actions that Asterisk did not answer."""
    late_answers: int
    wishes_dropped: int
    """Wishes that came to nothing, and for whose failure the core has no event."""
    waiting: int
    """Actions that wait for their answer now."""
    last_ping_ms: float
    clock_offset_ms: float
    """Our clock minus Asterisk's."""


class Telephone:
    """Behaves as `dialer.ports.Telephone`. Made in a running event loop, and used from its thread only."""

    def __init__(self, settings: AsteriskSettings, post: Post, crew: TaskCrew) -> None:
        self._settings = settings
        self._post = post
        self._crew = crew
        self._session = Session(settings, self._hear)
        self._unborn = Unborn()
        self._joins = Joins()
        self._sender = Sender(self._do, self._dropped)
        self._muting = Muting(self._do, self._dropped, self._tell)
        self._started: str | None = None
        self._wishes_dropped = 0
        self._closed = False
        self._tasks: list[asyncio.Task[NoReturn]] = []

    async def start(self) -> None:
        """Connect, post `AsteriskBack`, and stay connected from then on.

        :raises AsteriskUnreachable: no Asterisk answers.
        :raises LoginRefused: it does not let us in.
        """
        await self._session.connect()
        try:
            await self._resync()
        except AsteriskError as error:
            await self._session.close()
            raise AsteriskUnreachable(
                f"Asterisk at {self._settings.host}:{self._settings.port} let us in but does not tell what lives in "
                f"it: {error}"
            ) from error
        self._tasks = [
            self._crew.start("stay connected to Asterisk", self._stay_connected()),
            self._crew.start("heartbeat to Asterisk", self._beat()),
        ]

    async def close(self) -> None:
        """Log off. Nothing is hung up, and nothing is posted any more."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._session.close()

    @property
    def session(self) -> Session:
        """For questions that are no wishes of the core."""
        return self._session

    @property
    def figures(self) -> TelephoneFigures:
        """How it is at this moment."""
        counters = self._session.counters
        return TelephoneFigures(
            connected=self._session.connected,
            connects=self._session.connects,
            events=counters.events,
            passed_over=counters.passed_over,
            failures=counters.failures,
            refused=counters.refused,
            in_doubt=counters.in_doubt,
            late_answers=counters.late_answers,
            wishes_dropped=self._wishes_dropped,
            waiting=self._session.waiting,
            last_ping_ms=self._session.last_ping_ms,
            clock_offset_ms=self._session.clock.offset_seconds * 1000,
        )

    # --- wishes ---

    def perform(self, command: TelephoneCommand) -> None:
        """See `dialer.ports.Telephone`."""
        match command:
            case do.Originate():
                self._originate(command)
            case do.CallAgent():
                self._ring(command.channel, command.agent, lambda: actions.call_agent(command))
            case do.Join():
                self._join(command)
            case do.PlayMessage(channel=channel):
                self._do(lambda: actions.redirect(channel, *variables.PLAY_MESSAGE), self._dropped(command))
            case LeaveMessage():
                self._leave_message(command)
            case do.HangUp(channel=channel):
                self._do(lambda: actions.hang_up(channel), self._dropped(command))
            case do.AdmitAgent(channel=channel, agent=agent):
                self._do(lambda: actions.to_agent_loop(channel, agent), self._dropped(command))
            case do.DenyAgent(channel=channel):
                self._do(lambda: actions.redirect(channel, *variables.LOGIN_DENIED), self._dropped(command))
            case do.Announce():
                self._announce(command)
            case OpenDialog(channel=channel, dialog=dialog):
                say_which = partial(actions.set_channel_variable, channel, variables.DIALOG, dialog)
                self._send_with(say_which, lambda: actions.to_dialog(command), command)
            case Dismiss(channel=channel, sound=sound):
                bye = partial(actions.redirect, channel, variables.DESK_CONTEXT, variables.BYE)
                self._send_with(partial(actions.sound_for, channel, variables.SOUND, sound), bye, command)
            case sv.CallSupervisor():
                self._ring(command.channel, command.supervisor, lambda: actions.call_supervisor(command))
            case sv.AdmitSupervisor(channel=leg, supervisor=boss) | sv.StandBy(channel=leg, supervisor=boss):
                self._do(lambda: actions.to_supervisor_loop(leg, boss), self._dropped(command))
            case sv.RefuseSupervisor(channel=channel):
                where = (variables.SUPERVISOR_CONTEXT, variables.REFUSED)
                self._do(lambda: actions.redirect(channel, *where), self._dropped(command))
            case sv.Monitor():
                self._do(lambda: actions.monitor(command), self._dropped(command))
            case sv.TakeOver():
                self._take_over(command)
            case tr.CallThird():
                self._ring(command.channel, "third", lambda: actions.call_third(command))
            case tr.Send():
                self._sender.send(command)
            case sv.TellAgent() | sv.TellSupervisor():
                self._do(lambda: actions.tell(command), self._dropped(command))
            case rec.SwitchRecording():
                self._muting.switch(command)
            case rec.PlayNotice():
                self._do(lambda: actions.play_notice(command), self._dropped(command))
            case do.ForgetCall():
                # A call that Asterisk never made is not in the black box, which is no news; so no complaint.
                self._do(lambda: actions.forget_call(command), lambda _: None)
            case _:
                raise TypeError(f"the telephone does not know the wish {type(command).__name__}")

    def _originate(self, wish: do.Originate) -> None:
        channel = ChannelId(wish.attempt)

        def failed(error: AsteriskError) -> None:
            self._unborn.settle(channel)
            if isinstance(error, OutcomeUnknown):
                self._tell(ev.OriginateInDoubt(channel=channel, at=_now()))
            else:
                self._tell(ev.OriginateRefused(channel=channel, at=_now(), reason=str(error)))

        self._unborn.expect(channel, failed)
        recordings = self._settings.recordings
        self._do(lambda: actions.originate(wish, recordings), failed, action_id=wish.attempt)

    def _ring(self, channel: ChannelId, whose: str, make: Callable[[], AmiAction]) -> None:
        """Call the phone of one of our own people."""

        def failed(error: AsteriskError) -> None:
            self._unborn.settle(channel)
            log.warning("a phone cannot be called", whose=whose, reason=str(error))
            self._tell(ev.HungUp(channel=channel, at=_now(), cause=0))

        self._unborn.expect(channel, failed)
        self._do(make, failed, action_id=channel)

    def _join(self, wish: do.Join) -> None:
        def failed(error: AsteriskError) -> None:
            leg = self._joins.failed(wish.channel, wish.agent)
            if leg is not None:
                self._tell(ev.JoinFailed(channel=wish.channel, at=_now(), agent_leg=leg, reason=str(error)))

        self._joins.expect(wish.channel, wish.agent, wish.agent_leg)
        if wish.record:
            # A talk that cannot be recorded takes place all the same; the keeper misses its file.
            self._do(lambda: actions.record_talk(wish, self._settings.recordings), self._dropped(wish))
        self._do(lambda: actions.join(wish), failed)

    def _take_over(self, wish: sv.TakeOver) -> None:
        def failed(error: AsteriskError) -> None:
            # One that was not answered may have been carried out; then the bridges tell.
            if not isinstance(error, OutcomeUnknown):
                failure = sv.TakeOverFailed(
                    channel=wish.channel, at=_now(), supervisor=wish.supervisor, reason=str(error)
                )
                self._tell(failure)

        self._do(lambda: actions.take_over(wish), failed)

    def _leave_message(self, wish: LeaveMessage) -> None:
        channel, dropped = wish.channel, self._dropped(wish)
        seconds = str(round(wish.most_length.total_seconds()))
        try:
            sound = actions.machine_sound(wish.sound)
        except AsteriskError as error:
            dropped(error)
            self._do(lambda: actions.hang_up(channel), dropped)
            return
        for name, value in ((variables.MACHINE_SOUND, sound), (variables.MACHINE_SECONDS, seconds)):
            self._do(partial(actions.set_channel_variable, channel, name, value), dropped)
        self._do(lambda: actions.redirect(channel, *variables.LEAVE_MESSAGE), dropped)

    def _announce(self, wish: do.Announce) -> None:
        sound = partial(actions.sound_for, wish.channel, variables.ANNOUNCE, wish.sound)
        self._send_with(sound, partial(actions.to_agent_loop, wish.channel, wish.agent), wish)

    def _send_with(self, say: Callable[[], AmiAction], send: Callable[[], AmiAction], wish: TelephoneCommand) -> None:
        """Send a leg somewhere else, after a variable was set on it that says what for."""
        dropped = self._dropped(wish)
        self._do(say, dropped)
        self._do(send, dropped)

    def _do(
        self,
        make: Callable[[], AmiAction],
        failed: Failed,
        *,
        action_id: str | None = None,
        done: Callable[[], None] = lambda: None,
    ) -> None:
        """Write an action now; `failed` is told, now or later, when nothing or nobody knows what came of it, `done`
        when Asterisk says that it is done."""
        try:
            action = make()
            answer = self._session.send(action.name, action.headers, action_id=action_id)
        except AsteriskError as error:
            failed(error)
            return

        def answered(answer: asyncio.Future[Reply]) -> None:
            error = answer.exception()
            if isinstance(error, AsteriskError):
                failed(error)
            elif error is not None:
                raise error
            else:
                done()

        answer.add_done_callback(answered)

    def _dropped(self, wish: TelephoneCommand) -> Failed:
        def dropped(error: AsteriskError) -> None:
            self._wishes_dropped += 1
            log.info("a wish came to nothing", wish=repr(wish), reason=str(error))

        return dropped

    # --- facts ---

    def _hear(self, message: Message) -> None:
        if message["Event"] == "OriginateResponse":
            self._originate_answered(message)
            return
        match message.get("UserEvent"):
            case variables.BRIDGE_FAILED_EVENT:
                self._not_joined(message)
                return
            case variables.MUTE_EVENT:
                self._muting.asked(ChannelId(message["Uniqueid"]))
                return
        self._unborn.hear(message)
        self._joins.hear(message)
        event = translate(message, self._session.clock.offset_seconds, _now())
        if event is not None:
            self._tell(event)

    def _originate_answered(self, message: Message) -> None:
        channel = ChannelId(message.get("Uniqueid", ""))
        if message.get("Response") == "Failure" and channel in self._unborn:
            reason = message.get("Reason", "?")
            asyncio.get_running_loop().call_later(BIRTH_SECONDS, self._stillborn, channel, reason)

    def _stillborn(self, channel: ChannelId, reason: str) -> None:
        failed = self._unborn.settle(channel)
        if failed is not None:
            failed(ActionRefused(f"Asterisk made no channel (Reason {reason}); is there such a trunk or endpoint?"))

    def _not_joined(self, message: Message) -> None:
        channel = ChannelId(message["Uniqueid"])
        leg = self._joins.failed(channel, AgentNumber(message["Agent"]))
        if leg is not None:
            reason = f"the agent's leg was gone ({message.get('Result') or 'no result'})"
            self._tell(ev.JoinFailed(channel=channel, at=_now(), agent_leg=leg, reason=reason))

    def _tell(self, event: ev.Event) -> None:
        if not self._closed:
            self._post(event)

    # --- the connection ---

    async def _stay_connected(self) -> NoReturn:
        while True:
            reason = await self._session.watch()
            log.warning("Asterisk is lost", reason=reason)
            self._unborn.clear()
            self._joins.clear()
            self._tell(ev.AsteriskLost())
            await self._session.connect_again(self._resync)
            log.info("Asterisk is back", connects=self._session.connects)

    async def _resync(self) -> None:
        remembers_us = bool(
            (await self._session.ask("Getvar", {"Variable": variables.HEARTBEAT})).response.get("Value")
        )
        # Before all else, so that the dialplan sends nobody to the message as if we were away.
        self._beat_once()
        found = await survey(self._session)
        # The time of its start is in whole seconds, and it can boot twice in one; but then it has no heartbeat of ours.
        restarted = self._started is not None and (self._started != found.started or not remembers_us)
        self._started = found.started
        self._tell(ev.AsteriskBack(live=found.live, last_words=found.last_words, restarted=restarted, at=_now()))
        self._session.release()

    async def _beat(self) -> NoReturn:
        while True:
            await asyncio.sleep(self._settings.heartbeat_seconds)
            if self._session.connected:
                self._beat_once()

    def _beat_once(self) -> None:
        self._do(lambda: actions.heartbeat(self._session.clock.theirs(time.time())), self._beat_missed)

    def _beat_missed(self, error: AsteriskError) -> None:
        log.warning("Asterisk did not take the heartbeat", reason=str(error))


def _now() -> datetime:
    return datetime.now(UTC)
