"""A flow on paper: every step once, every way drawn, callers from top to bottom."""

from __future__ import annotations

from hypothesis import given

from dialer.core.inbound.checks import faults
from dialer.core.inbound.flow import Flow, HangUp, Play, StepName, ways_out
from dialer.core.inbound.layout import Arrow, layout
from dialer.core.policy import HoursPolicy
from tests.unit.core.inbound.flows import flow, heard, menu, to
from tests.unit.core.inbound.test_checks import any_flow


def test_a_menu_with_its_sub_menu() -> None:
    closed = Play(name=StepName("closed"), prompt=heard("closed"), next=to("bye"))
    bye = HangUp(name=StepName("bye"), prompt={})
    whole = flow(
        menu("main", "bye", k1="sub", k2="sub", k3=None),
        menu("sub", k0="main", k9="bye"),
        closed,
        bye,
        hours=HoursPolicy(windows={}),
        closed=to("closed"),
    )
    drawing = layout(whole)
    placed = {box.step: (box.row, box.place) for box in drawing.boxes}
    assert placed == {"main": (0, -0.5), "closed": (0, 0.5), "sub": (1, 0.0), "bye": (2, 0.0)}
    boxes: dict[str, object] = {box.step: (box.kind, box.first, box.ends) for box in drawing.boxes}
    assert boxes["main"] == ("menu", "start", ("3",))
    assert boxes["closed"] == ("play", "closed", ())
    assert boxes["sub"] == ("menu", "", ("otherwise",))
    assert Arrow(source=StepName("main"), target=StepName("sub"), label="1, 2") in drawing.arrows
    assert Arrow(source=StepName("closed"), target=StepName("bye"), label="") in drawing.arrows
    assert len(drawing.arrows) == 5


@given(any_flow())
def test_every_step_that_is_reached_has_a_place_of_its_own_and_every_way_an_arrow(any_one: Flow) -> None:
    drawing = layout(any_one)
    rows = {box.step: box.row for box in drawing.boxes}
    unreached = {fault.step for fault in faults(any_one) if "never reached" in fault.message}
    assert set(rows) == set(any_one.steps) - unreached
    assert len({(box.row, box.place) for box in drawing.boxes}) == len(drawing.boxes)
    ways = {(name, target) for name in rows for _, target in ways_out(any_one.steps[name]) if target}
    assert {(arrow.source, arrow.target) for arrow in drawing.arrows} == ways
    for name, row in rows.items():
        assert row == 0 or row - 1 in [rows[source] for source, target in ways if target == name]
