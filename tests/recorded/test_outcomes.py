"""Every row of the outcome table, from the bytes Asterisk sent to the disposition, in any order that may be."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from dialer.asterisk.protocol import Message
from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.telephone import Telephone
from dialer.asterisk.translate import translate
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.detection import Truth
from dialer.core.outcome import disposition_of, number_is_dead
from dialer.core.words import AttemptId, Disposition, MachineVerdict
from dialer.tasks import TaskCrew
from tests.fakes.ami_server import AmiServer
from tests.fakes.waiting import until
from tests.recorded.sessions import NAMES, messages, received

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Told:
    """All that was told of one attempt, in whatever order."""

    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    bridged_at: datetime | None = None
    verdict: MachineVerdict = MachineVerdict.OFF
    truth: Truth | None = None
    message_played: bool = False
    called_off: bool = False
    dial_status: str | None = None
    cause: int | None = None
    sip_code: int | None = None
    ended_at: datetime | None = None

    def hear(self, event: ev.Event | None) -> None:
        match event:
            case ev.Rang(at=at):
                self.ringing_at = at
            case ev.Answered(at=at):
                self.answered_at = at
            case ev.DialEnded(status=status):
                self.dial_status = status
            case ev.HungUp(at=at, cause=cause, sip_code=code):
                self.ended_at, self.cause, self.sip_code = at, cause, code
            case ev.OriginateRefused():
                self.dial_status = "REFUSED"


def told(name: str, heard: list[Message]) -> Told:
    attempt = Told()
    for message in heard:
        if "Event" in message:
            event = translate(message, 0.0, LONG_AGO)
            if isinstance(event, ev.ChannelEvent) and event.channel == f"ch-{name}":
                attempt.hear(event)
    return attempt


ROWS = {
    # session: disposition, rang, DIALSTATUS, Q.850 cause, SIP code, number dead
    "trunk_answer": (Disposition.ABANDONED, True, None, 16, None, False),
    "trunk_busy": (Disposition.BUSY, True, "BUSY", 17, 486, False),
    "trunk_noanswer_timeout": (Disposition.NO_ANSWER, True, None, 19, 480, False),
    "trunk_noanswer_carrier": (Disposition.NO_ANSWER, True, "NOANSWER", 19, 480, False),
    "trunk_480": (Disposition.NO_ANSWER, False, "NOANSWER", 19, 480, False),
    "trunk_unallocated_404": (Disposition.INVALID_NUMBER, False, "NOANSWER", 1, 404, True),
    "trunk_congestion_503": (Disposition.CONGESTION, False, "CONGESTION", 34, 503, False),
    "trunk_rejected_603": (Disposition.REJECTED, False, "NOANSWER", 21, 403, False),
    "trunk_disconnected_announce": (Disposition.INVALID_NUMBER, True, "NOANSWER", 1, 404, True),
    "sipp_unreachable": (Disposition.FAILED, False, None, 19, 480, False),
    "local_answer": (Disposition.ABANDONED, False, None, 16, None, False),
    "local_busy": (Disposition.BUSY, False, "BUSY", 0, None, False),
    "local_congestion": (Disposition.CONGESTION, False, "CONGESTION", 0, None, False),
    "local_noanswer": (Disposition.NO_ANSWER, True, None, 19, None, False),
    "local_unalloc": (Disposition.INVALID_NUMBER, False, "NOANSWER", 1, None, True),
    "local_badexten": (Disposition.FAILED, False, None, 0, None, False),
    # Told by the Telephone, not by the hang-up that it has not: see below.
    "no_such_endpoint": (Disposition.FAILED, False, None, None, None, False),
}


def test_every_recorded_session_has_its_row() -> None:
    assert set(NAMES) == set(ROWS)


def row_of(attempt: Told) -> tuple[Disposition, bool, str | None, int | None, int | None, bool]:
    disposition = disposition_of(attempt)
    dead = number_is_dead(disposition, attempt.cause, attempt.sip_code)
    return (
        disposition,
        attempt.ringing_at is not None,
        attempt.dial_status,
        attempt.cause,
        attempt.sip_code,
        dead,
    )


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("piece", [None, 1, 7, 1460])
def test_the_row(name: str, piece: int | None) -> None:
    assert row_of(told(name, messages(name, piece))) == ROWS[name]


@pytest.mark.parametrize("name", ROWS)
def test_the_row_in_every_order_of_the_ending(name: str) -> None:
    heard = messages(name)
    ending = [m for m in heard if m.get("Event") in ("DialEnd", "OriginateResponse", "Hangup")]
    before = [m for m in heard if m not in ending]
    for order in permutations(ending):
        assert row_of(told(name, [*before, *order])) == ROWS[name]


@pytest.mark.parametrize("name", ROWS)
def test_the_row_in_any_order_and_with_everything_told_twice(name: str) -> None:
    shuffler = random.Random(name)  # noqa: S311 - the same orders at each run
    for _ in range(50):
        heard = messages(name) * 2
        shuffler.shuffle(heard)
        assert row_of(told(name, heard)) == ROWS[name]


@pytest.mark.parametrize("name", ROWS)
def test_times_are_asterisks_own(name: str) -> None:
    attempt = told(name, messages(name))
    times = [at for at in (attempt.ringing_at, attempt.answered_at, attempt.ended_at) if at is not None]
    assert times == sorted(times)
    if times:
        assert times[-1] - times[0] < timedelta(seconds=10)
        assert times[0].year == 2026


@pytest.mark.parametrize("name", ROWS)
async def test_what_the_telephone_posts(name: str) -> None:
    """The whole room on the recorded bytes: one ending for each attempt, a refusal only where no channel was."""
    posted: list[ev.Event] = []
    deaths: list[BaseException] = []
    crew = TaskCrew(lambda _, error: deaths.append(error))
    async with AmiServer() as server:
        server.faults.silent_to = {"Originate"}
        telephone = Telephone(AsteriskSettings(port=server.port, secret=server.secret), posted.append, crew)
        await telephone.start()
        telephone.perform(
            do.Originate(
                attempt=AttemptId(f"ch-{name}"),
                dial="PJSIP/1@trunk",
                caller_id="",
                ring_time=timedelta(seconds=10),
                answer_limit=timedelta(seconds=2),
                message="x",
                detection=None,
            )
        )
        await until(lambda: server.actions("Originate"))
        answer = f"ActionID: ch-{name}"
        await server.raw(received(name).replace(f"ActionID: call-{name}".encode(), answer.encode(), 1))
        endings = (ev.HungUp, ev.OriginateRefused)
        await until(lambda: any(isinstance(event, endings) and event.channel == f"ch-{name}" for event in posted))
        await telephone.close()
        await crew.close()
    ours = [event for event in posted if isinstance(event, ev.ChannelEvent) and event.channel == f"ch-{name}"]
    assert [type(event) for event in ours if isinstance(event, endings)] == [
        ev.OriginateRefused if name == "no_such_endpoint" else ev.HungUp
    ]
    attempt = Told()
    for event in ours:
        attempt.hear(event)
    assert disposition_of(attempt) == ROWS[name][0]
    assert telephone.figures.failures == 0
    assert deaths == []
