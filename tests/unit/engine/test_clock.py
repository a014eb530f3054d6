"""dialer.engine.clock: UTC that never goes back, whatever is done to the machine's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from dialer.engine import clock as module
from dialer.engine.clock import Clock


class MachineTime:
    """The machine's two clocks, moved by hand: the one that people set, and the monotonic one."""

    def __init__(self) -> None:
        self.utc = datetime(2026, 3, 2, 10, tzinfo=UTC)
        self.seconds = 1000.0

    def passes(self, seconds: float) -> None:
        self.utc += timedelta(seconds=seconds)
        self.seconds += seconds

    def monotonic(self) -> float:
        return self.seconds

    def now(self, zone: object) -> datetime:
        assert zone is UTC
        return self.utc


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> MachineTime:
    machine = MachineTime()
    monkeypatch.setattr(module, "time", machine)
    monkeypatch.setattr(module, "datetime", machine)
    return machine


def test_it_goes_with_the_monotonic_clock(machine: MachineTime) -> None:
    clock = Clock()
    began = clock.now()
    assert began == machine.utc
    machine.passes(2.5)
    assert clock.now() - began == timedelta(seconds=2.5)


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_step_of_the_system_clock_is_not_followed_at_once(machine: MachineTime, step: timedelta) -> None:
    clock = Clock()
    began = clock.now()
    machine.utc += step
    assert clock.now() == began
    assert clock.adjust() == step
    assert abs(clock.now() - began) <= Clock.SLEW


def test_a_drift_is_followed_slowly(machine: MachineTime) -> None:
    clock = Clock()
    machine.utc += timedelta(milliseconds=12)
    left = [clock.adjust() for _ in range(4)]
    assert left == [timedelta(milliseconds=ms) for ms in (12, 7, 2, 0)]
    assert clock.now() == machine.utc


def test_it_stands_rather_than_going_back(machine: MachineTime) -> None:
    clock = Clock()
    before = clock.now()
    machine.utc -= timedelta(milliseconds=4)
    clock.adjust()
    assert clock.now() == before
    machine.passes(0.003)
    assert clock.now() == before
    machine.passes(0.003)
    assert clock.now() == before + timedelta(milliseconds=2)
