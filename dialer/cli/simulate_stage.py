"""From files, options and history to what is to be simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.cli.simulate_assumptions import ENOUGH_CALLS, Given, Supposed, machine_dispositions, suppose
from dialer.cli.working_time import ClockSpan, Stretch, stretches
from dialer.config.settings import SiteSettings
from dialer.core.found import WindowCount
from dialer.core.policy import AgentProfile, CampaignPolicy
from dialer.core.words import AgentNumber, CampaignName, TeamName
from dialer.simulation.campaign_run import SimulatedAgent, SimulatedCampaign, SimulationPlan
from dialer.simulation.leads import LeadList, NumberOf
from dialer.simulation.world import AssumedCustomers, AssumedHands
from dialer.store import schema
from dialer.store.campaigns import window_count
from dialer.store.connect import DatabaseUnreachable, make_engine, probe
from dialer.store.history import CampaignHistory, campaign_history

DAYS_OF_HISTORY = 90
"""Older calls say little of today."""
BEAT = timedelta(seconds=5)
"""The daemon asks its pacer twice a second between events. Asked every five seconds the figures are the same within
their sampling error (ten agents, 3 h: 84.3 % against 84.5 % utilisation), in less than half the time."""
TEAM = TeamName("simulated")
TEAM_SIZE = 10
FIRST_AGENT = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPast:
    """What PostgreSQL knows of the campaigns, or why nothing was asked of it."""

    histories: Mapping[CampaignName, CampaignHistory]
    windows: Mapping[CampaignName, WindowCount]
    why_not: str | None

    @staticmethod
    def none(why: str) -> MeasuredPast:
        """Nothing, and why."""
        return MeasuredPast(histories={}, windows={}, why_not=why)

    def suppose(self, policies: Sequence[CampaignPolicy], given: Given) -> tuple[Supposed, ...]:
        """What is supposed of each campaign."""
        return tuple(
            suppose(policy, given, self.histories.get(policy.name), self.windows.get(policy.name))
            for policy in policies
        )

    def note(self, name: CampaignName) -> str:
        """What became of the history of a campaign, in one line."""
        if self.why_not is not None:
            return f"history: {self.why_not}"
        history = self.histories[name]
        if history.since is None or history.until is None:
            return f"history: no calls in {DAYS_OF_HISTORY} days"
        few = f", too few for rates (at least {ENOUGH_CALLS})" if history.calls < ENOUGH_CALLS else ""
        return f"history: {history.calls:,} calls, {history.since:%Y-%m-%d} to {history.until:%Y-%m-%d}{few}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """Everything but the size of the team."""

    policies: tuple[CampaignPolicy, ...]
    supposed: tuple[Supposed, ...]
    windows: Mapping[CampaignName, WindowCount]
    start: datetime
    until: datetime
    seed: int
    shifts: tuple[ClockSpan, ...] = ()
    lunches: tuple[ClockSpan, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the first campaign."""
        return ZoneInfo(self.policies[0].hours.default_time_zone)

    def local(self, moment: datetime) -> datetime:
        """By that clock."""
        return moment.astimezone(self.zone)


async def read_past(settings: SiteSettings | None, policies: Sequence[CampaignPolicy]) -> MeasuredPast:
    """What the site's database says of the campaigns; a simulation can do without.

    :raises SchemaWrong: the database's schema is not ours.
    """
    if settings is None or settings.database.url is None:
        return MeasuredPast.none("no database is named" if settings is not None else "no site file")
    engine = make_engine(settings.database.url, connections=2)
    try:
        await probe(engine)
        await schema.check(engine)
        now = datetime.now(UTC)
        since = now - timedelta(days=DAYS_OF_HISTORY)
        histories, windows = {}, {}
        for policy in policies:
            machines = machine_dispositions(policy)
            histories[policy.name] = await campaign_history(engine, policy, since=since, machines=machines)
            windows[policy.name] = await window_count(engine, policy.name, policy.pacing.drop_window, now)
        return MeasuredPast(histories=histories, windows=windows, why_not=None)
    except DatabaseUnreachable as error:
        return MeasuredPast.none(f"not read, {error}")
    finally:
        await engine.dispose()


def teams_of(
    staging: Staging, settings: SiteSettings | None, sizes: Sequence[int]
) -> list[tuple[tuple[AgentProfile, ...], tuple[CampaignPolicy, ...]]]:
    """The teams to be compared, each with the campaigns as it serves them.

    Teams of a given size serve all campaigns; the site's own agents serve those that the files say.
    """
    if not sizes and settings is not None:
        agents = settings.policy.agents.values()
        serving = tuple(one for one in agents if any(one.serves(policy) for policy in staging.policies))
        if serving:
            return [(serving, staging.policies)]
    served = tuple(replace(policy, teams=policy.teams | {TEAM}) for policy in staging.policies)
    return [(_team(size), served) for size in sizes or [TEAM_SIZE]]


def plan_of(staging: Staging, team: tuple[tuple[AgentProfile, ...], tuple[CampaignPolicy, ...]]) -> SimulationPlan:
    """What is to be simulated with this team."""
    profiles, policies = team
    campaigns = []
    for place, (policy, supposed) in enumerate(zip(policies, staging.supposed, strict=True)):
        assumed = supposed.assumptions
        campaigns.append(
            SimulatedCampaign(
                policy=policy,
                leads=LeadList(
                    campaign=policy.name, name=policy.lists[0], size=supposed.leads, number_of=_numbers(place)
                ),
                customers=AssumedCustomers(assumed, staging.seed),
                hands=AssumedHands(assumed, staging.seed, policy.default_disposition),
                window=staging.windows.get(policy.name, WindowCount(answered=0, abandoned=0)),
            )
        )
    return SimulationPlan(
        campaigns=tuple(campaigns),
        agents=tuple(_working(staging, profile, place) for place, profile in enumerate(profiles)),
        start=staging.start,
        until=staging.until,
        beat=BEAT,
    )


def _team(size: int) -> tuple[AgentProfile, ...]:
    return tuple(
        AgentProfile(number=AgentNumber(str(FIRST_AGENT + place)), name="", teams=frozenset({TEAM}))
        for place in range(size)
    )


def _working(staging: Staging, profile: AgentProfile, place: int) -> SimulatedAgent:
    """Shifts and lunches are dealt out in turn."""
    whole: tuple[Stretch, ...] = ((staging.start, staging.until),)
    return SimulatedAgent(
        profile=profile,
        shifts=_dealt(staging, staging.shifts, place) or whole,
        pauses=_dealt(staging, staging.lunches, place),
    )


def _dealt(staging: Staging, spans: Sequence[ClockSpan], place: int) -> tuple[Stretch, ...]:
    if not spans:
        return ()
    return stretches(spans[place % len(spans)], staging.zone, staging.start, staging.until)


def _numbers(campaign: int) -> NumberOf:
    """Numbers of a country code that no country has (ITU-T E.164 spare code 999), other ones for each campaign."""
    return lambda place: f"+999{campaign:03d}{place:09d}"
