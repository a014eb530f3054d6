"""dialer.daemon.metrics: what Prometheus reads of a campaign's pacing."""

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from dialer.core.snapshot import snapshot
from dialer.daemon.metrics import Metrics
from tests.factories import SPRING
from tests.scenes import Scene, running


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
    play = running(leads=2).wait(1.5)
    decisions = play.dialer.floor.decisions[SPRING]
    assert decisions.last_launch is not None
    decisions.add(replace(decisions.last_launch, figures={"threshold": 0.024}))
    seen = exported(play)
    assert seen["waihu_pacing_threshold", SPRING] == 0.024
    assert seen["waihu_pacing_last_launch_threshold", SPRING] == 0.024
