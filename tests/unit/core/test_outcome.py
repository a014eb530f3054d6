"""dialer.core.outcome: one disposition for all that can be known of an attempt. The rows that were seen on a real
Asterisk are in tests/recorded/test_outcomes.py."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.core.detection import Truth
from dialer.core.found import LastWord
from dialer.core.outcome import BY_VERDICT, disposition_of, disposition_of_last_word, number_is_dead
from dialer.core.words import AttemptId, Disposition, MachineVerdict

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
D = Disposition


@dataclass(frozen=True)
class Attempt:
    """All that outcome asks about."""

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


RANG = Attempt(ringing_at=AT)
ANSWERED = Attempt(ringing_at=AT, answered_at=AT, cause=16)


@pytest.mark.parametrize(
    ("code", "cause", "disposition", "dead"),
    [
        (401, 21, D.FAILED, False),
        (403, 21, D.REJECTED, False),
        (404, 1, D.INVALID_NUMBER, True),
        (404, 3, D.FAILED, False),
        (404, 2, D.FAILED, False),
        (405, 127, D.FAILED, False),
        (407, 21, D.FAILED, False),
        (410, 22, D.INVALID_NUMBER, True),
        (480, 19, D.NO_ANSWER, False),
        (484, 28, D.INVALID_NUMBER, True),
        (485, 1, D.INVALID_NUMBER, False),
        (486, 17, D.BUSY, False),
        (487, 127, D.NO_ANSWER, False),
        (488, 58, D.FAILED, False),
        (500, 38, D.CONGESTION, False),
        (501, 79, D.FAILED, False),
        (502, 27, D.CONGESTION, False),
        (503, 34, D.CONGESTION, False),
        (504, 102, D.CONGESTION, False),
        (600, 17, D.BUSY, False),
        (603, 21, D.REJECTED, False),
        (604, 1, D.INVALID_NUMBER, True),
        (606, 58, D.FAILED, False),
        (607, 21, D.REJECTED, False),
        (608, 21, D.REJECTED, False),
    ],
)
def test_final_answers_of_a_sip_trunk(code: int, cause: int, disposition: Disposition, dead: bool) -> None:
    attempt = Attempt(dial_status="NOANSWER", cause=cause, sip_code=code)
    assert disposition_of(attempt) is disposition
    assert number_is_dead(disposition, cause, code) is dead


@pytest.mark.parametrize(
    ("cause", "disposition", "dead"),
    [
        (1, D.INVALID_NUMBER, True),
        (2, D.FAILED, False),
        (3, D.FAILED, False),
        (17, D.BUSY, False),
        (18, D.NO_ANSWER, False),
        (20, D.NO_ANSWER, False),
        (21, D.REJECTED, False),
        (22, D.INVALID_NUMBER, True),
        (27, D.FAILED, False),
        (28, D.INVALID_NUMBER, True),
        (34, D.CONGESTION, False),
        (38, D.CONGESTION, False),
        (41, D.CONGESTION, False),
        (42, D.CONGESTION, False),
        (44, D.CONGESTION, False),
        (58, D.FAILED, False),
        (127, D.FAILED, False),
    ],
)
def test_causes_of_a_trunk_that_is_not_sip(cause: int, disposition: Disposition, dead: bool) -> None:
    attempt = Attempt(dial_status="NOANSWER", cause=cause)
    assert disposition_of(attempt) is disposition
    assert number_is_dead(disposition, cause, None) is dead


@pytest.mark.parametrize(
    ("status", "disposition"),
    [
        ("BUSY", D.BUSY),
        ("CONGESTION", D.CONGESTION),
        ("NOANSWER", D.NO_ANSWER),
        ("CHANUNAVAIL", D.FAILED),
        ("REFUSED", D.FAILED),
        (None, D.FAILED),
    ],
)
def test_where_there_is_nothing_but_the_dial_status(status: str | None, disposition: Disposition) -> None:
    assert disposition_of(Attempt(dial_status=status)) is disposition
    assert disposition_of(Attempt(dial_status=status, cause=0)) is disposition


def test_our_ring_time_is_over_and_it_rang() -> None:
    assert disposition_of(replace(RANG, cause=19, sip_code=480)) is D.NO_ANSWER


def test_our_ring_time_is_over_and_nothing_ever_came_from_the_trunk() -> None:
    assert disposition_of(Attempt(cause=19, sip_code=480)) is D.FAILED


def test_a_time_out_of_sip_is_no_answer_only_if_it_rang() -> None:
    assert disposition_of(Attempt(dial_status="NOANSWER", cause=18, sip_code=408)) is D.FAILED
    assert disposition_of(replace(RANG, dial_status="NOANSWER", cause=18, sip_code=408)) is D.NO_ANSWER


def test_a_phone_that_is_switched_off_never_rings_and_yet_is_no_answer() -> None:
    assert disposition_of(Attempt(dial_status="NOANSWER", cause=20, sip_code=480)) is D.NO_ANSWER


def test_joined_is_answered_whatever_else() -> None:
    joined = replace(ANSWERED, bridged_at=AT)
    assert disposition_of(joined) is D.ANSWERED
    assert disposition_of(replace(joined, verdict=MachineVerdict.UNSURE)) is D.ANSWERED
    assert disposition_of(replace(joined, called_off=True)) is D.ANSWERED


@pytest.mark.parametrize(
    ("verdict", "disposition"),
    [
        (MachineVerdict.MACHINE, D.MACHINE),
        (MachineVerdict.FAX, D.FAX),
        (MachineVerdict.SILENCE, D.DEAD_AIR),
        (MachineVerdict.HUMAN, D.ABANDONED),
        (MachineVerdict.UNSURE, D.ABANDONED),
        (MachineVerdict.OFF, D.ABANDONED),
    ],
)
def test_what_answered(verdict: MachineVerdict, disposition: Disposition) -> None:
    assert disposition_of(replace(ANSWERED, verdict=verdict)) is disposition
    assert disposition_of(replace(ANSWERED, verdict=verdict, called_off=True)) is disposition


def test_a_message_is_only_played_to_somebody() -> None:
    assert disposition_of(Attempt(message_played=True, cause=16)) is D.ABANDONED


def test_called_off_before_anything_came_of_it() -> None:
    assert disposition_of(Attempt(called_off=True)) is D.CANCELLED
    assert disposition_of(replace(RANG, called_off=True, cause=16)) is D.CANCELLED
    assert disposition_of(replace(RANG, called_off=True, dial_status="CANCEL", cause=0)) is D.CANCELLED


def test_called_off_too_late() -> None:
    assert disposition_of(replace(RANG, called_off=True, dial_status="BUSY", cause=17, sip_code=486)) is D.BUSY


def test_a_call_that_vanished() -> None:
    assert disposition_of(replace(RANG, cause=0)) is D.FAILED


def test_only_an_invalid_number_can_be_dead() -> None:
    assert not number_is_dead(D.ANSWERED, 1, 404)
    assert not number_is_dead(D.INVALID_NUMBER, None, None)


@given(
    attempt=st.builds(
        Attempt,
        ringing_at=st.sampled_from([None, AT]),
        answered_at=st.sampled_from([None, AT]),
        bridged_at=st.sampled_from([None, AT]),
        verdict=st.sampled_from(MachineVerdict),
        truth=st.sampled_from([None, *Truth]),
        message_played=st.booleans(),
        called_off=st.booleans(),
        dial_status=st.sampled_from([None, "BUSY", "NOANSWER", "CONGESTION", "CANCEL", "CHANUNAVAIL", "REFUSED"]),
        cause=st.none() | st.integers(0, 127),
        sip_code=st.none() | st.integers(300, 699),
    )
)
def test_everything_has_exactly_one_disposition_and_live_answers_are_those_of_people(attempt: Attempt) -> None:
    disposition = disposition_of(attempt)
    picked_up = attempt.bridged_at or attempt.answered_at or attempt.message_played
    a_machine = attempt.verdict in BY_VERDICT and attempt.truth is not Truth.PERSON
    assert disposition.live_answer == bool(picked_up and not a_machine)
    if number_is_dead(disposition, attempt.cause, attempt.sip_code):
        assert disposition is D.INVALID_NUMBER


@pytest.mark.parametrize("verdict", BY_VERDICT)
def test_what_detection_says_stands_until_somebody_says_that_it_is_a_person(verdict: MachineVerdict) -> None:
    joined = replace(ANSWERED, verdict=verdict, bridged_at=AT)
    assert disposition_of(joined) is disposition_of(replace(joined, truth=Truth.MACHINE)) is BY_VERDICT[verdict]
    assert disposition_of(replace(joined, truth=Truth.PERSON)) is D.ANSWERED
    assert disposition_of(replace(ANSWERED, verdict=verdict, truth=Truth.PERSON)) is D.ABANDONED


WORD = LastWord(
    attempt=AttemptId("a"),
    ended_at=AT,
    cause=16,
    dial_status="",
    sip_code=None,
    answered_at=None,
    bridged=False,
    message_played=False,
    verdict=MachineVerdict.OFF,
)


@pytest.mark.parametrize(
    ("word", "disposition"),
    [
        (replace(WORD, answered_at=AT, bridged=True), D.ANSWERED),
        (replace(WORD, answered_at=AT), D.ABANDONED),
        (replace(WORD, answered_at=AT, message_played=True), D.ABANDONED),
        (replace(WORD, answered_at=AT, verdict=MachineVerdict.MACHINE), D.MACHINE),
        (replace(WORD, cause=17, sip_code=486), D.BUSY),
        (replace(WORD, cause=17), D.BUSY),
        (replace(WORD, cause=19), D.NO_ANSWER),
        (replace(WORD, cause=1, sip_code=404), D.INVALID_NUMBER),
        (replace(WORD, cause=16), D.FAILED),
    ],
)
def test_last_words(word: LastWord, disposition: Disposition) -> None:
    assert disposition_of_last_word(word) is disposition
