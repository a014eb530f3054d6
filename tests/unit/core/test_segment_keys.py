"""dialer.core.segment_keys: which segments a line belongs to, and that learning and pacing agree about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dialer.core.campaign import Campaign
from dialer.core.learning import learn_from_agent, learn_from_call
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.segment_keys import LAST_ATTEMPT, NEXT_LEADS, next_factor, segment_keys
from dialer.core.words import AgentState, CallState, ChannelId, Disposition, ListName
from tests.factories import ALL_DAY, ANNA, BEN, NOW, SPRING, make_agent, make_call, make_lead, make_policy

LATER = NOW + timedelta(seconds=10)
IN_CHINA = ("list:people", "hour:18", "attempt:1")
COLD = make_lead(1, list=ListName("cold"))
COLD_KEYS = ("list:cold", "hour:18", "attempt:1")


def learned() -> Rates:
    """Lines to the list of strangers were never answered, Anna talks long and Ben wraps up quickly."""
    rates = Rates.prior()
    for _ in range(60):
        rates = rates.after(LineEnded(age=27.0, outcome=LineOutcome.NONE, segments=COLD_KEYS))
        rates = rates.after(LineEnded(age=9.0, outcome=LineOutcome.LIVE, segments=IN_CHINA))
        rates = rates.after(Talked(seconds=200.0, agent=ANNA)).after(Talked(seconds=100.0, agent=BEN))
        rates = rates.after(Wrapped(seconds=20.0, agent=ANNA)).after(Wrapped(seconds=10.0, agent=BEN))
    return rates


def test_a_line_belongs_to_its_list_the_customers_hour_and_its_attempt() -> None:
    assert segment_keys(make_lead(), ALL_DAY, NOW) == IN_CHINA
    assert segment_keys(make_lead(list=ListName("名单"), attempts_made=2), ALL_DAY, NOW) == (
        "list:名单",
        "hour:18",
        "attempt:3",
    )


@pytest.mark.parametrize(
    ("zones", "hour"),
    [
        (("America/New_York", "America/Los_Angeles"), 5),
        (("Etc/Unknown", "America/Los_Angeles"), 2),
        ((), 10),
        (("Asia/Kathmandu",), 15),
    ],
)
def test_the_hour_is_that_of_the_first_zone_that_is_known_and_else_of_the_default(
    zones: tuple[str, ...], hour: int
) -> None:
    assert f"hour:{hour}" in segment_keys(make_lead(time_zones=zones), ALL_DAY, NOW)


def test_the_hour_strikes_on_time_in_zones_off_by_a_quarter() -> None:
    lead = make_lead(time_zones=("Asia/Kathmandu",))
    strikes = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)

    assert "hour:15" in segment_keys(lead, ALL_DAY, strikes - timedelta(milliseconds=1))
    assert "hour:16" in segment_keys(lead, ALL_DAY, strikes)


def test_many_attempts_are_one_segment() -> None:
    keys = {segment_keys(make_lead(attempts_made=made), ALL_DAY, NOW) for made in range(LAST_ATTEMPT - 1, 20)}

    assert keys == {("list:people", "hour:18", f"attempt:{LAST_ATTEMPT}")}


def test_what_comes_next_is_the_mean_of_the_first_leads() -> None:
    segments = learned().segments
    cold, warm = segments.factor(COLD_KEYS), segments.factor(IN_CHINA)
    leads = (COLD, make_lead(2), *(COLD,) * (NEXT_LEADS - 2), *(make_lead(3),) * 50)

    assert cold < warm
    assert next_factor(leads[:2], ALL_DAY, segments, NOW) == pytest.approx((cold + warm) / 2)
    assert next_factor(leads, ALL_DAY, segments, NOW) == pytest.approx(cold + (warm - cold) / NEXT_LEADS)
    assert next_factor((), ALL_DAY, segments, NOW) == 1.0


def test_a_line_teaches_the_segments_of_the_hour_in_which_it_was_dialled() -> None:
    campaign = Campaign(policy=make_policy(), since=NOW)
    dialed_at = datetime(2026, 3, 2, 10, 59, 50, tzinfo=UTC)
    ringing = replace(make_call(state=CallState.RINGING, dialed_at=dialed_at), lead=COLD)
    busy = replace(ringing, state=CallState.RECORDING, disposition=Disposition.BUSY)

    rates = learn_from_call(campaign, ringing, busy, dialed_at + timedelta(seconds=20)).rates

    assert set(rates.segments.to_plain()) == set(COLD_KEYS)


def test_talks_and_wrap_ups_teach_whose_they_were() -> None:
    campaign = Campaign(policy=make_policy(), since=NOW)
    talking = make_call(state=CallState.TALKING, dialed_at=NOW, agent=ANNA, bridged_at=NOW)
    wrapping = replace(talking, state=CallState.WRAPPING, parted_at=LATER)
    anna = make_agent(state=AgentState.WRAP_UP, leg=ChannelId("leg"), campaign=SPRING, since=NOW)

    campaign = learn_from_call(campaign, talking, wrapping, LATER)
    campaign = learn_from_agent(campaign, anna, replace(anna, state=AgentState.READY), LATER)

    assert set(campaign.rates.talk_habits.to_plain()) == {ANNA}
    assert set(campaign.rates.wrap_habits.to_plain()) == {ANNA}
