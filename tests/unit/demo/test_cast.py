"""Who calls in the inbound demo is drawn from the seed, and makes sense."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import phonenumbers
import pytest

from dialer.config.load_inbound import load_flow
from dialer.core.inbound.flow import Menu, StepName
from dialer.demo.inbound.cast import (
    ACTS,
    ARRIVAL_SPAN,
    HANG_UP,
    NIGHT,
    STRANGERS,
    Acquainted,
    CallerKind,
    PlannedCaller,
    plan_callers,
    shared_out,
)
from dialer.demo.inbound.furnishing import FLOW_FILE

FRIENDS = Acquainted(
    abandoned=["+8613700000001", "+8613700000002"], promised=["+8613700000003"], known=["+8613700000004"]
)


def test_the_same_seed_draws_the_same_callers() -> None:
    first = plan_callers(7, agents=6, seconds=90, acquainted=FRIENDS)
    assert first == plan_callers(7, agents=6, seconds=90, acquainted=FRIENDS)
    assert first != plan_callers(8, agents=6, seconds=90, acquainted=FRIENDS)


def test_a_shift_of_a_minute_and_a_half_has_seventy_callers_of_every_kind() -> None:
    plan = plan_callers(1, agents=6, seconds=90, acquainted=FRIENDS)
    assert len(plan) == 70
    kinds = Counter(one.kind for one in plan)
    assert set(kinds) == set(CallerKind)
    assert (kinds[CallerKind.ABANDONED], kinds[CallerKind.PROMISED], kinds[CallerKind.KNOWN]) == (2, 1, 1)
    assert {one.number for one in plan if one.kind is CallerKind.ABANDONED} == set(FRIENDS.abandoned)
    assert {one.kind for one in plan if one.dials == NIGHT} == {CallerKind.AFTER_HOURS}


def test_they_come_in_order_and_early_enough_to_be_served() -> None:
    plan = plan_callers(3, agents=4, seconds=60, acquainted=FRIENDS)
    assert all(earlier.arrives_seconds <= later.arrives_seconds for earlier, later in pairwise(plan))
    assert plan[0].arrives_seconds >= 0
    assert plan[-1].arrives_seconds <= ARRIVAL_SPAN * 60
    assert all(2.5 <= one.talk_seconds <= 20 for one in plan)


def test_nobody_shares_a_number_and_every_number_can_be_called_back() -> None:
    plan = plan_callers(2, agents=20, seconds=300, acquainted=FRIENDS, first_number=1_700_000_000)
    assert len({one.number for one in plan}) == len(plan)
    strangers = [one.number for one in plan if one.kind in STRANGERS]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in strangers)
    assert len({phonenumbers.parse(number).country_code for number in strangers}) > 1


def test_strangers_are_the_same_whatever_the_others_are_known_for() -> None:
    everybody = [*FRIENDS.abandoned, *FRIENDS.promised, *FRIENDS.known]
    before = plan_callers(5, agents=6, seconds=90, acquainted=Acquainted(known=everybody))
    after = plan_callers(5, agents=6, seconds=90, acquainted=FRIENDS)

    def strangers(plan: tuple[PlannedCaller, ...]) -> set[tuple[str, CallerKind]]:
        return {(one.number, one.kind) for one in plan if one.kind in STRANGERS}

    assert strangers(before) == strangers(after)


@pytest.mark.parametrize("wanted", [1, 10, 11, 37, 60, 61, 500])
def test_shares_come_out_even_with_at_least_one_of_each(wanted: int) -> None:
    counts = shared_out(wanted)
    assert min(counts.values()) >= 1
    assert sum(counts.values()) == max(wanted, sum(counts.values()))
    if wanted >= 100:
        assert sum(counts.values()) == wanted
        for kind, share in STRANGERS.items():
            assert abs(counts[kind] - share * wanted) < 1


def test_what_callers_press_is_in_the_flow() -> None:
    flow = load_flow(FLOW_FILE, None)
    for kind, acts in ACTS.items():
        for act in acts:
            assert act.step in flow.steps, kind
    menu = flow.steps[StepName("main")]
    assert isinstance(menu, Menu)
    keys = {kind: [act.keys for act in acts if act.step == "main"] for kind, acts in ACTS.items()}
    wrong = {CallerKind.CHOOSES_WRONG, CallerKind.PRESSES_STARS}
    for kind, pressed in keys.items():
        good = [key in menu.choices for key in pressed if key != HANG_UP]
        assert good == ([False, True] if kind in wrong else [True] * len(good)), kind
