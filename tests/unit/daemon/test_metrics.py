"""dialer.daemon.metrics: what Prometheus reads of a campaign's pacing."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dialer.core.commands import CloseAttempt
from dialer.core.detection import Detection, LeftMessage, MachineAction, MachinesPolicy
from dialer.core.events import CampaignLoaded
from dialer.core.false_positives import TakenForNobody
from dialer.core.found import WindowCount
from dialer.core.machine_messages import MessageOnMachine
from dialer.core.snapshot import snapshot
from dialer.core.words import MachineVerdict, Mode
from dialer.daemon.metrics import Metrics
from tests.callers import staffed
from tests.factories import ANNA, SPRING
from tests.scenes import Scene, channel_of, running


def exported(play: Scene) -> dict[tuple[str, ...], float]:
    """(name, label values…): value, of everything that is exported about pacing."""
    metrics = Metrics(lambda: snapshot(play.dialer.floor, play.now).plain(), dict)
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
        if sample.name.startswith("waihu_pacing_")
    }


def test_lines_and_decisions_are_counted() -> None:
    play = running(leads=2).wait(1.5)
    seen = exported(play)
    assert seen["waihu_pacing_lines_launched_total", SPRING] == 1
    counted = {labels[-1]: n for (name, *labels), n in seen.items() if name == "waihu_pacing_decisions_total"}
    assert counted == dict(play.dialer.floor.decisions[SPRING].kinds)
    assert counted["launched"] == 1


def test_every_figure_of_the_pacer_is_a_gauge() -> None:
    play = running(Mode.PREDICTIVE, leads=2).wait(1.5)
    launch = play.dialer.floor.decisions[SPRING].last_launch
    assert launch is not None
    assert {"threshold", "window_rate", "drop_cap", "abandon_probability", "answers"} <= launch.figures.keys()
    seen = exported(play)
    for name, value in launch.figures.items():
        assert seen[f"waihu_pacing_last_launch_{name}", SPRING] == value
        assert (f"waihu_pacing_{name}", SPRING) in seen
    assert seen["waihu_pacing_learned_talk_seconds", SPRING] == play.campaign.rates.talk.mean
    assert seen["waihu_pacing_lines_let_go_total", SPRING] == 0


def test_queues_are_exported_by_team() -> None:
    play = staffed(ANNA).calls_in(1).caller_joined(1).wait(3).calls_in(2).wait(2)
    text = Metrics(lambda: snapshot(play.dialer.floor, play.now).plain(), dict).text().decode()
    seen = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("waihu_queue_")
    }
    assert (seen["waihu_queue_waiting", "sales"], seen["waihu_queue_longest_wait_seconds", "sales"]) == (1, 2)
    assert seen["waihu_queue_callers_total", "answered", "sales"] == 1
    assert seen["waihu_queue_answered_in_time_total", "sales"] == 1
    assert seen["waihu_queue_expected_wait_seconds", "sales"] > 0
    play.phone_goes()
    text = Metrics(lambda: snapshot(play.dialer.floor, play.now).plain(), dict).text().decode()
    assert "waihu_queue_expected_wait_seconds{" not in text


def test_verdicts_and_messages_are_counted() -> None:
    machines = MachinesPolicy(detection=Detection(), then=MachineAction.MESSAGE, message="waihu/machine", sample=0.0)
    play = running(machines=machines).opened().answered(verdict=MachineVerdict.MACHINE)
    play.feed(MessageOnMachine(channel=channel_of(1), at=play.now, left=LeftMessage.LEFT)).hung_up()
    metrics = Metrics(lambda: snapshot(play.dialer.floor, play.now).plain(), dict)
    metrics.see(play.wished(CloseAttempt)[-1])
    text = metrics.text().decode()
    assert 'waihu_amd_verdicts_total{campaign="spring",sampled="false",truth="unknown",verdict="machine"} 1.0' in text
    assert 'waihu_machine_messages_total{campaign="spring",left="left"} 1.0' in text


def test_people_taken_for_machines_are_gauges() -> None:
    play = running(machines=MachinesPolicy(detection=Detection()))
    taken = TakenForNobody(unheard=400, checked=50, people=2)
    window = WindowCount(answered=80, abandoned=10, taken=taken)
    play.feed(CampaignLoaded(policy=play.campaign.policy, window=window))
    text = Metrics(lambda: snapshot(play.dialer.floor, play.now).plain(), dict).text().decode()
    seen = {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.labels.get("campaign") == SPRING
    }
    assert seen["waihu_silent_calls"] == pytest.approx(20.0)
    assert seen["waihu_abandon_rate"] == pytest.approx(0.125)
    assert seen["waihu_abandon_rate_with_silent"] == pytest.approx(0.3)
