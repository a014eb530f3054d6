"""dialer.core.recording: which talks are recorded, and what of them is silence."""

from datetime import timedelta
from uuid import UUID

import pytest

from dialer.core.policy import RecordingPolicy
from dialer.core.recording import Pause, begin, draw, is_wanted, plain_pauses, read_pauses
from dialer.core.words import AttemptId, RecordingMode
from tests.factories import NOW

MANY = [AttemptId(str(UUID(int=n))) for n in range(10_000)]


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("mode", "wanted"), [(RecordingMode.OFF, 0), (RecordingMode.ALL, 10_000), (RecordingMode.ON_DEMAND, 10_000)]
)
def test_all_or_nothing(mode: RecordingMode, wanted: int) -> None:
    assert sum(is_wanted(RecordingPolicy(mode=mode), attempt) for attempt in MANY) == wanted


def test_a_sample_is_as_large_as_was_said_and_the_same_for_ever() -> None:
    tenth = RecordingPolicy(mode=RecordingMode.SAMPLE, share=0.1)
    drawn = {attempt for attempt in MANY if is_wanted(tenth, attempt)}
    # 1000 of 10,000, give or take four standard deviations of 30.
    assert 880 < len(drawn) < 1120
    assert drawn == {attempt for attempt in MANY if is_wanted(tenth, attempt)}
    # A larger share only adds to a smaller one.
    assert drawn < {attempt for attempt in MANY if is_wanted(RecordingPolicy(mode=tenth.mode, share=0.2), attempt)}


def test_the_draw_can_be_done_by_anybody() -> None:
    # printf %s 0d9a6b52-6a2e-4a54-9f5c-0c6f5f0a9a11 | sha256sum | cut -c1-13
    assert draw(AttemptId("0d9a6b52-6a2e-4a54-9f5c-0c6f5f0a9a11")) == int("9dd0713e1195b", 16) / 16**13
    assert all(0 <= draw(attempt) < 1 for attempt in MANY)


def test_pauses_are_kept_in_order_and_doubled_by_nothing() -> None:
    policy = RecordingPolicy(mode=RecordingMode.ALL, keep=timedelta(days=30))
    recording = begin(policy, MANY[0], NOW)
    assert (recording.paused, recording.asked_for, recording.announced) == (False, True, False)
    assert recording.keep_until == NOW + timedelta(days=30)
    paused = recording.switched(True, NOW + after(5))
    assert paused.paused
    assert paused.switched(True, NOW + after(6)) is paused
    on = paused.switched(False, NOW + after(9))
    assert on.pauses == (Pause(since=NOW + after(5), until=NOW + after(9)),)
    assert on.switched(False, NOW + after(10)) is on
    assert on.switched(True, NOW + after(11)).pauses[1:] == (Pause(since=NOW + after(11)),)
    # Two clocks: an end before its begin is none.
    assert paused.switched(False, NOW).pauses == (Pause(since=NOW + after(5), until=NOW + after(5)),)


def test_on_demand_nothing_is_kept_until_somebody_asks() -> None:
    recording = begin(RecordingPolicy(mode=RecordingMode.ON_DEMAND, notice="a/b"), MANY[0], NOW)
    assert (recording.paused, recording.asked_for, recording.announced) == (True, False, False)
    asked = recording.switched(False, NOW + after(20))
    assert (asked.paused, asked.asked_for) == (False, True)
    assert asked.switched(True, NOW + after(30)).asked_for


def test_a_recording_that_is_announced_says_so() -> None:
    assert begin(RecordingPolicy(mode=RecordingMode.ALL, notice="a/b"), MANY[0], NOW).announced


def test_pauses_survive_being_written_down() -> None:
    pauses = (Pause(since=NOW, until=NOW + after(1.25)), Pause(since=NOW + after(3)))
    assert read_pauses(plain_pauses(pauses)) == pauses
