"""dialer.core.detection: whom an agent is to hear."""

from dialer.core.detection import MachinesPolicy, is_sampled
from dialer.core.policy import RecordingPolicy
from dialer.core.recording import is_wanted
from dialer.core.words import MachineVerdict, RecordingMode
from tests.factories import attempt_id

MANY = [attempt_id(number) for number in range(1, 4001)]


def sampled(share: float, verdict: MachineVerdict = MachineVerdict.MACHINE) -> set[str]:
    policy = MachinesPolicy(sample=share)
    return {attempt for attempt in MANY if is_sampled(policy, attempt, verdict)}


def test_the_share_is_drawn_and_drawn_the_same_again() -> None:
    some = sampled(0.05)
    assert 0.04 < len(some) / len(MANY) < 0.06
    assert sampled(0.05) == some
    assert some < sampled(0.2), "who is in a small sample is in a larger one"
    assert sampled(0.0) == set()


def test_only_those_are_drawn_who_may_be_persons() -> None:
    assert sampled(0.05, MachineVerdict.SILENCE) == sampled(0.05)
    for verdict in (MachineVerdict.HUMAN, MachineVerdict.UNSURE, MachineVerdict.FAX, MachineVerdict.OFF):
        assert sampled(0.9, verdict) == set()


def test_it_says_nothing_of_what_is_recorded() -> None:
    policy = RecordingPolicy(mode=RecordingMode.SAMPLE, share=0.2)
    recorded = {attempt for attempt in MANY if is_wanted(policy, attempt)}
    assert 0.03 < len(recorded & sampled(0.2)) / len(MANY) < 0.05
