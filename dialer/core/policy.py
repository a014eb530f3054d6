"""What a campaign file says, as frozen values. `dialer.config` builds them; the core only reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from dialer.core.calling_out import CallingOut, Target
from dialer.core.detection import MachinesPolicy
from dialer.core.phrases import DEFAULT_LANGUAGE
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.window import LAST_30_DAYS, Window
from dialer.core.words import (
    AgentNumber,
    CampaignName,
    CountedFrom,
    DispositionFlag,
    ListName,
    Mode,
    RecordingMode,
    Skill,
    SupervisorNumber,
    TeamName,
    TrunkName,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingPolicy:
    """How many lines to dial, and the promise about abandoned calls."""

    mode: Mode
    drop_cap: float = 0.03
    """Abandoned / live answers that may not be exceeded over `drop_window`; a fraction (16 CFR 310.4(b)(4)(i))."""
    drop_window: Window = LAST_30_DAYS
    answer_limit: timedelta = timedelta(seconds=2)
    """A person who has waited this long for an agent is abandoned (16 CFR 310.4(b)(1)(iv))."""
    counted_from: CountedFrom = CountedFrom.GREETING
    """From when on `answer_limit` runs."""
    ring_time: timedelta = timedelta(seconds=25)
    """How long a customer's phone may ring before the attempt is a no_answer."""
    least_ring_time: timedelta = timedelta(seconds=15)
    """A line is never let go before it has rung this long (16 CFR 310.4(b)(4)(ii))."""
    max_lines: int = 100
    """Lines of this campaign in use at once, whatever the pacer would like."""
    max_lines_per_agent: float = 3.0
    """Lines in use per agent on shift, whatever the pacer would like."""
    priority: int = 0
    """Of campaigns that share agents, those of a higher priority dial first, and the others what these leave."""
    share: float = 1.0
    """Of campaigns of one priority that share agents, each gets agents' time in proportion to this."""
    preview_time: timedelta = timedelta(seconds=30)
    """Preview only: how long an agent may look at a lead before the dialler dials it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursPolicy:
    """When a customer may be called, by the customer's own clock."""

    windows: Mapping[int, tuple[tuple[time, time], ...]]
    """Weekday (0 is Monday) to local windows [from, to); a day that is missing is closed. A window that ends at 00:00
    lasts until the day is over."""
    holidays: frozenset[date] = frozenset()
    """Local dates on which nobody is called."""
    default_time_zone: str = "UTC"
    """For customers whose number says nothing about where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """What to do with a lead after a disposition."""

    after: timedelta | None
    """How long to wait before the next attempt; None: never again."""
    times: int | None = None
    """How often this rule may bring the lead back; None: until the attempt limit."""


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """How often one number may be tried, by all campaigns together."""

    most: int
    """At least 1."""
    within: timedelta
    """In any stretch of time as long as this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When a lead comes back, and how often at most."""

    rules: Mapping[str, RetryRule]
    """By the name of a network disposition or of an agent's; the agent's wins."""
    max_attempts: int = 6
    """Attempts on one lead, all dispositions together."""
    attempt_limits: tuple[AttemptLimit, ...] = (AttemptLimit(3, timedelta(days=1)),)
    """All of them hold."""
    abandoned_lockout: timedelta = timedelta(0)
    """For so long after an abandoned call its number is dialled only for an agent bound to the call (preview)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPolicy:
    """What agents may promise a customer, and for how long a promise is theirs alone."""

    latest: timedelta = timedelta(days=90)
    """From the talk until the moment that is promised, at most."""
    mine_for: timedelta = timedelta(minutes=30)
    """So long after that moment a callback of one agent waits for this agent; then anybody may make it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPolicy:
    """Which talks are recorded, and for how long."""

    mode: RecordingMode = RecordingMode.OFF
    share: float = 1.0
    """SAMPLE only: the part of the attempts whose talks are recorded."""
    notice: str | None = None
    """Asterisk sound that tells both sides when the recording begins; None: nothing is said."""
    keep: timedelta = timedelta(days=90)
    """From the talk until the recording is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDisposition:
    """A disposition that agents can choose after a call."""

    name: str
    label: str
    digit: str
    """The key on the agent's phone, one of 0-9."""
    flags: frozenset[DispositionFlag] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What agents can say of a talk when it is over."""

    dispositions: tuple[AgentDisposition, ...] = ()
    default: str | None = None
    """Taken when an agent chooses none in time."""

    def disposition_for(self, digit: str) -> AgentDisposition | None:
        """The disposition on this key, or None."""
        return next((d for d in self.dispositions if d.digit == digit), None)

    def disposition_named(self, name: str) -> AgentDisposition | None:
        """The disposition of this name, or None."""
        return next((d for d in self.dispositions if d.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A way out to the telephone network."""

    name: TrunkName
    dial: str
    """Asterisk dial string with `{number}` (E.164 digits, no plus), `{e164}` (with plus) or `{national}` in it."""
    max_lines: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPolicy:
    """A campaign file. Two files with the same `version` mean the same."""

    name: CampaignName
    version: str
    """Content hash of the file as read; stamped on every attempt."""
    pacing: PacingPolicy
    lists: tuple[ListName, ...]
    """Dialled in this order: a list begins when the one before it has nothing due."""
    trunks: tuple[Trunk, ...]
    """Tried in this order: the first with a free line takes the call."""
    caller_ids: tuple[str, ...]
    """E.164, used in turn."""
    hours: HoursPolicy
    retry: RetryPolicy
    teams: frozenset[TeamName] = frozenset()
    agents: frozenset[AgentNumber] = frozenset()
    """Who may take calls: members of `teams` and these agents."""
    wrap_up: timedelta = timedelta(seconds=15)
    """How long after a call an agent may choose a disposition before `default_disposition` is taken."""
    dispositions: tuple[AgentDisposition, ...] = ()
    default_disposition: str | None = None
    safe_harbour_message: str = "waihu/safe-harbour"
    """Asterisk sound played to a person for whom no agent was there."""
    machines: MachinesPolicy = field(default_factory=MachinesPolicy)
    recording: RecordingPolicy = RecordingPolicy()
    callbacks: CallbackPolicy = CallbackPolicy()

    @property
    def choices(self) -> Choices:
        """What agents can say of a call."""
        return Choices(dispositions=self.dispositions, default=self.default_disposition)

    def disposition_named(self, name: str) -> AgentDisposition | None:
        """The disposition of this name, or None."""
        return self.choices.disposition_named(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHook:
    """How an agent is rung who is logged in with the receiver down."""

    ring: timedelta = timedelta(seconds=15)
    """How long the phone rings for a caller or an offer."""
    back_after: timedelta | None = None
    """Who did not answer is paused for so long; None: until somebody says that the agent is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """An agent as the site file lists them."""

    number: AgentNumber
    name: str
    phone: str | None = None
    """Dial string of the phone that Waihu may call to log the agent in; None: the agent dials in."""
    teams: frozenset[TeamName] = frozenset()
    skills: frozenset[Skill] = frozenset()
    """What callers can need an agent to have."""
    on_hook: OnHook | None = None
    """The agent stays logged in with the receiver down, and `phone` is rung; None: the phone stays up."""
    language: str = DEFAULT_LANGUAGE
    """In which Waihu speaks to the agent."""

    def serves(self, policy: CampaignPolicy) -> bool:
        """Whether the agent may take calls of this campaign."""
        return self.number in policy.agents or not self.teams.isdisjoint(policy.teams)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReason:
    """A reason that agents can give for a pause, by a key on their phone."""

    name: str
    label: str
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorProfile:
    """A supervisor as the site file lists them."""

    number: SupervisorNumber
    name: str
    phone: str | None = None
    """Dial string of the phone that Waihu may call; None: the supervisor dials in."""
    teams: frozenset[TeamName] = frozenset()
    """Whose agents the supervisor may attend; none: agents of every team."""
    campaigns: frozenset[CampaignName] = frozenset()
    """Whose calls the supervisor may hear; none: the calls of every campaign."""

    def may_attend(self, agent: AgentProfile) -> bool:
        """Whether the supervisor may turn to this agent."""
        return not self.teams or not self.teams.isdisjoint(agent.teams)

    def may_hear(self, campaign: CampaignName) -> bool:
        """Whether the supervisor may hear, and take over, calls of this campaign."""
        return not self.campaigns or campaign in self.campaigns


SUPERVISION_KEYS: Mapping[str, SupervisionOrder] = {
    "1": SupervisionOrder.LISTEN,
    "2": SupervisionOrder.WHISPER,
    "3": SupervisionOrder.BARGE,
    "4": SupervisionOrder.TAKE_OVER,
    "5": SupervisionOrder.PREVIOUS,
    "6": SupervisionOrder.NEXT,
}
"""Where a site file says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePolicy:
    """What the site file says about people; the rest of it concerns the rooms."""

    agents: Mapping[AgentNumber, AgentProfile] = field(default_factory=dict)
    pause_reasons: tuple[PauseReason, ...] = ()
    supervisors: Mapping[SupervisorNumber, SupervisorProfile] = field(default_factory=dict)
    supervision_keys: Mapping[str, SupervisionOrder] = field(default_factory=lambda: SUPERVISION_KEYS)
    """What each key means: in a session, and as the first digit after the site's prefix when dialling in."""
    time_zone: str = "UTC"
    """IANA name, of the agents' clocks."""
    directory: Mapping[str, Target] = field(default_factory=dict)
    """Whom agents can call in the midst of a talk, by the digits they key."""
    transfers: CallingOut | None = None
    """None: agents can call nobody outside the directory."""
