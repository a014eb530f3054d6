"""What becomes of a lead after an attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dialer.core.callback import Callback
from dialer.core.lead import Lead, LeadNext
from dialer.core.policy import AgentDisposition, CampaignPolicy, HoursPolicy, PacingPolicy, RetryPolicy, RetryRule
from dialer.core.retry import CALLBACK_WITHOUT_A_TIME, DEFAULT_RULES, decide
from dialer.core.words import (
    AgentNumber,
    AttemptId,
    CampaignName,
    CustomerId,
    Disposition,
    DispositionFlag,
    LeadEnd,
    LeadId,
    ListName,
    Mode,
    NumberId,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA = AgentNumber("1001")


def agents_choice(name: str, *flags: DispositionFlag) -> AgentDisposition:
    return AgentDisposition(name=name, label=name, digit="1", flags=frozenset(flags))


CHOICES = (
    agents_choice("sale", DispositionFlag.SUCCESS, DispositionFlag.HUMAN),
    agents_choice("no_thanks", DispositionFlag.REFUSE),
    agents_choice("never_again", DispositionFlag.SUPPRESS, DispositionFlag.REFUSE),
    agents_choice("call_back", DispositionFlag.CALLBACK),
    agents_choice("stranger", DispositionFlag.WRONG_NUMBER),
    agents_choice("voicemail", DispositionFlag.MACHINE),
    agents_choice("thinking"),
    agents_choice("cut_off"),
)


def campaign(rules: Mapping[str, RetryRule] | None = None, *, max_attempts: int = 6) -> CampaignPolicy:
    return CampaignPolicy(
        name=CampaignName("spring"),
        version="1",
        pacing=PacingPolicy(mode=Mode.PREDICTIVE),
        lists=(ListName("spring"),),
        trunks=(),
        caller_ids=(),
        hours=HoursPolicy(windows={}),
        retry=RetryPolicy(rules=rules or {}, max_attempts=max_attempts),
        dispositions=CHOICES,
    )


def lead(*history: tuple[str, int]) -> Lead:
    return Lead(
        id=LeadId(1),
        attempt=AttemptId("a"),
        campaign=CampaignName("spring"),
        list=ListName("spring"),
        customer=CustomerId(1),
        number_id=NumberId(1),
        number="+861065550100",
        national="01065550100",
        name="王芳",
        time_zones=("Asia/Shanghai",),
        attempts_made=sum(times for _, times in history),
        history=history,
        due_at=NOW,
    )


def promised(at: datetime, owner: AgentNumber | None = None) -> Callback:
    return Callback(at=at, owner=owner, asked_for=at)


def after(
    disposition: Disposition,
    agents: str | None = None,
    *,
    rules: Mapping[str, RetryRule] | None = None,
    history: tuple[tuple[str, int], ...] = (),
    callback: Callback | None = None,
    number_dead: bool = False,
) -> LeadNext:
    return decide(campaign(rules), lead(*history), disposition, agents, NOW, callback=callback, number_dead=number_dead)


def test_the_rule_of_the_campaign_wins_over_the_default() -> None:
    default = DEFAULT_RULES[Disposition.BUSY].after
    assert default is not None
    assert after(Disposition.BUSY) == LeadNext(due_at=NOW + default)
    assert after(Disposition.BUSY, rules={"busy": RetryRule(after=3 * HOUR)}) == LeadNext(due_at=NOW + 3 * HOUR)


def test_every_network_disposition_has_a_default() -> None:
    assert set(DEFAULT_RULES) == set(Disposition)


def test_never_closes_the_lead() -> None:
    assert after(Disposition.BUSY, rules={"busy": RetryRule(after=None)}) == LeadNext(end=LeadEnd.CLOSED)
    assert after(Disposition.FAX) == LeadNext(end=LeadEnd.CLOSED)


def test_a_person_who_was_talked_with_is_reached() -> None:
    assert after(Disposition.ANSWERED) == LeadNext(end=LeadEnd.REACHED)
    assert after(Disposition.ANSWERED, "thinking") == LeadNext(end=LeadEnd.REACHED)


def test_the_agents_rule_wins_over_the_networks() -> None:
    rules = {"answered": RetryRule(after=None), "thinking": RetryRule(after=24 * HOUR)}
    assert after(Disposition.ANSWERED, "thinking", rules=rules) == LeadNext(due_at=NOW + 24 * HOUR)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("sale", LeadNext(end=LeadEnd.REACHED)),
        ("no_thanks", LeadNext(end=LeadEnd.REFUSED)),
        ("never_again", LeadNext(end=LeadEnd.SUPPRESSED, suppress=True)),
    ],
)
def test_flags_that_end_a_lead_win_over_any_rule(chosen: str, expected: LeadNext) -> None:
    rules = {chosen: RetryRule(after=HOUR), "answered": RetryRule(after=HOUR)}
    assert after(Disposition.ANSWERED, chosen, rules=rules) == expected


def test_a_callback_is_due_when_the_customer_wishes() -> None:
    wish = promised(NOW + timedelta(days=2))
    assert after(Disposition.ANSWERED, "call_back", callback=wish) == LeadNext(due_at=wish.at, callback=True)
    past = promised(NOW - HOUR)
    assert after(Disposition.ANSWERED, "call_back", callback=past) == LeadNext(due_at=NOW, callback=True)


@pytest.mark.parametrize("disposition", ["sale", "thinking", "stranger", None])
def test_a_promised_callback_is_stronger_than_a_disposition_that_does_not_forbid_it(disposition: str | None) -> None:
    wish = promised(NOW + HOUR, ANNA)
    result = after(Disposition.ANSWERED, disposition, callback=wish)
    assert (result.due_at, result.callback, result.owner) == (NOW + HOUR, True, ANNA)


@pytest.mark.parametrize(("disposition", "end"), [("no_thanks", LeadEnd.REFUSED), ("never_again", LeadEnd.SUPPRESSED)])
def test_who_must_not_be_called_is_not_called_back(disposition: str, end: LeadEnd) -> None:
    assert after(Disposition.ANSWERED, disposition, callback=promised(NOW + HOUR)).end is end


def test_whoever_does_not_want_to_be_called_is_suppressed_whatever_the_disposition() -> None:
    for chosen in ("sale", "call_back", None):
        result = decide(campaign(), lead(), Disposition.ANSWERED, chosen, NOW, unwanted_by=ANNA)
        assert result == LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=ANNA)


def test_a_callback_that_did_not_reach_the_customer_stays_a_callback_of_its_owner() -> None:
    promise = replace(lead(), callback=True, owner=ANNA)
    missed = decide(campaign(), promise, Disposition.NO_ANSWER, None, NOW)
    assert (missed.callback, missed.owner) == (True, ANNA)
    kept = decide(campaign({"answered": RetryRule(after=HOUR)}), promise, Disposition.ANSWERED, None, NOW)
    assert (kept.callback, kept.owner) == (False, None)


def test_a_callback_without_a_time_follows_its_rule() -> None:
    assert CALLBACK_WITHOUT_A_TIME.after is not None
    assert after(Disposition.ANSWERED, "call_back") == LeadNext(
        due_at=NOW + CALLBACK_WITHOUT_A_TIME.after, callback=True
    )
    rules = {"call_back": RetryRule(after=5 * HOUR)}
    assert after(Disposition.ANSWERED, "call_back", rules=rules) == LeadNext(due_at=NOW + 5 * HOUR, callback=True)


def test_a_dead_number_does_not_end_the_lead() -> None:
    default = DEFAULT_RULES[Disposition.INVALID_NUMBER].after
    assert default is not None
    next_number = LeadNext(due_at=NOW + default, number_dead=True)
    assert after(Disposition.INVALID_NUMBER) == next_number
    assert after(Disposition.ANSWERED, "stranger") == next_number
    assert after(Disposition.CONGESTION, number_dead=True).number_dead


def test_a_machine_heard_by_the_agent_is_a_machine() -> None:
    rules = {"machine": RetryRule(after=7 * HOUR)}
    assert after(Disposition.ANSWERED, "voicemail", rules=rules) == LeadNext(due_at=NOW + 7 * HOUR)


def test_a_rule_brings_the_lead_back_only_so_many_times() -> None:
    rules = {"no_answer": RetryRule(after=HOUR, times=2)}
    assert after(Disposition.NO_ANSWER, rules=rules, history=(("no_answer", 1), ("busy", 2))).due_at == NOW + HOUR
    assert after(Disposition.NO_ANSWER, rules=rules, history=(("no_answer", 2),)) == LeadNext(end=LeadEnd.CLOSED)


def test_uses_of_a_rule_are_counted_under_the_rule_that_decided() -> None:
    rules = {"answered": RetryRule(after=HOUR, times=2), "thinking": RetryRule(after=HOUR, times=1)}
    without_rule = (("cut_off", 1), ("gone_from_the_file", 1))
    assert after(Disposition.ANSWERED, "cut_off", rules=rules, history=without_rule[:1]).due_at == NOW + HOUR
    assert after(Disposition.ANSWERED, "cut_off", rules=rules, history=without_rule).end is LeadEnd.CLOSED
    assert after(Disposition.ANSWERED, "thinking", rules=rules, history=without_rule).due_at == NOW + HOUR


def test_the_attempt_limit_stands_above_rules_and_callbacks() -> None:
    five = (("no_answer", 5),)
    used = LeadNext(end=LeadEnd.ATTEMPTS_USED)
    assert after(Disposition.NO_ANSWER, history=five) == used
    assert after(Disposition.ANSWERED, "call_back", history=five, callback=promised(NOW + HOUR)) == used
    assert after(Disposition.ANSWERED, "sale", history=five) == LeadNext(end=LeadEnd.REACHED)


def test_an_attempt_that_was_never_dialled_does_not_count() -> None:
    last_one = lead(("no_answer", 5))
    due = decide(campaign(), last_one, Disposition.CANCELLED, None, NOW, dialed=False).due_at
    assert due is not None
    assert decide(campaign(), last_one, Disposition.CANCELLED, None, NOW).end is LeadEnd.ATTEMPTS_USED
