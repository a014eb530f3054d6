"""What becomes of each call that the carrier is asked for.

A fate is decided by (seed, number, how often that number was called): the same seed gives the same day of work again,
whatever order the calls come in. Theory: the first three hex digits of SHA-1(`seed:number:nth`) choose one of 4,096
fates, and the 4,096 are drawn from the seed beforehand. So the carrier's dialplan can find a call's fate by itself
(Asterisk has SHA1() and a table), and `draw_fate` finds the same one here.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class FateKind(StrEnum):
    """How a call ends at the carrier's side. The words are extensions of the carrier's dialplan."""

    HUMAN = "human"
    """Answers, says hello, talks, hangs up."""
    IMPATIENT = "impatient"
    """Answers and hangs up at once when no agent is there."""
    RINGS_ON = "rings_on"
    """Rings until the caller gives up."""
    NO_ANSWER = "no_answer"
    """Rings, then the carrier gives up: SIP 480."""
    BUSY = "busy"
    """SIP 486."""
    CONGESTION = "congestion"
    """SIP 503."""
    UNALLOCATED = "unallocated"
    """SIP 404."""
    NOT_IN_SERVICE = "not_in_service"
    """An announcement as early media, then SIP 404."""
    REJECTED = "rejected"
    """SIP 403."""
    VOICEMAIL = "voicemail"
    """Answers, plays a greeting and a beep, and listens."""
    DEAD_AIR = "dead_air"
    """Answers and is silent."""
    FAX = "fax"
    """Answers and sends the fax calling tone."""


LIVE = frozenset({FateKind.HUMAN, FateKind.IMPATIENT})

SHARES: Mapping[FateKind, float] = MappingProxyType(
    {
        FateKind.HUMAN: 0.27,
        FateKind.IMPATIENT: 0.03,
        FateKind.RINGS_ON: 0.22,
        FateKind.NO_ANSWER: 0.10,
        FateKind.BUSY: 0.07,
        FateKind.CONGESTION: 0.02,
        FateKind.UNALLOCATED: 0.04,
        FateKind.NOT_IN_SERVICE: 0.02,
        FateKind.REJECTED: 0.03,
        FateKind.VOICEMAIL: 0.18,
        FateKind.DEAD_AIR: 0.01,
        FateKind.FAX: 0.01,
    }
)
"""An invented but likely day: three in ten answered by a person, two in ten by a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """One call's fate. `ring_seconds` is the time until it is answered or refused; `talk_seconds` from the answer."""

    kind: FateKind
    ring_seconds: float
    talk_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """The world the carrier plays.

    `shares` are weights, they need not add up to one. `speed` 4 makes people ring and talk four times as fast, and
    `ring_speed`, where it is given, goes for the ringing alone; how soon an impatient one hangs up stays, and so
    does who rings on, since the dialer's limits do not scale.
    """

    seed: int | str
    shares: Mapping[FateKind, float] = field(default_factory=lambda: SHARES)
    speed: float = 1.0
    ring_speed: float | None = None

    @classmethod
    def with_answer_rate(cls, seed: int | str, answer_rate: float, speed: float = 1.0) -> "Fates":
        """The usual shares, rescaled so that `answer_rate` of the calls (0 to 1) are answered by a live person.

        :raises ValueError: the rate is not from 0 to 1.
        """
        if not 0 <= answer_rate <= 1:
            raise ValueError(f"answer_rate: expected 0 to 1, got {answer_rate}")
        live = sum(SHARES[kind] for kind in LIVE)
        scale = {True: answer_rate / live, False: (1 - answer_rate) / (1 - live)}
        return cls(seed=seed, shares={kind: share * scale[kind in LIVE] for kind, share in SHARES.items()}, speed=speed)

    def draw(self, number: str, nth: int) -> Fate:
        """The fate of the `nth` call (from 1) to `number`, as it is dialled: digits, maybe after a plus."""
        return self.of_bucket(bucket_of(self.seed, number, nth))

    def table(self) -> Iterator[tuple[str, Fate]]:
        """All 4,096 fates by their bucket, `000` to `fff`."""
        for index in range(4096):
            bucket = f"{index:03x}"
            yield bucket, self.of_bucket(bucket)

    def of_bucket(self, bucket: str) -> Fate:
        # Chance here is a stage property, not a secret.
        chance = random.Random(f"{self.seed}:{bucket}")  # noqa: S311
        kind = chance.choices(list(self.shares), weights=list(self.shares.values()))[0]
        ring, talk = _seconds_of(kind, chance)
        ring /= 1 if kind is FateKind.RINGS_ON else self.ring_speed or self.speed
        talk /= 1 if kind is FateKind.IMPATIENT else self.speed
        return Fate(kind=kind, ring_seconds=round(ring, 3), talk_seconds=round(talk, 3))


def draw_fate(seed: int | str, number: str, nth: int) -> Fate:
    """The fate of the `nth` call to `number` with the usual shares and speed."""
    return Fates(seed=seed).draw(number, nth)


def bucket_of(seed: int | str, number: str, nth: int) -> str:
    """The first three hex digits of SHA-1; the carrier's dialplan computes the same."""
    return hashlib.sha1(f"{seed}:{number}:{nth}".encode(), usedforsecurity=False).hexdigest()[:3]


def _seconds_of(kind: FateKind, chance: random.Random) -> tuple[float, float]:
    """Seconds of ringing and of talking, unscaled."""
    match kind:
        case FateKind.HUMAN:
            return chance.uniform(2, 12), min(max(chance.lognormvariate(3.8, 0.6), 5), 180)
        case FateKind.IMPATIENT:
            return chance.uniform(2, 12), chance.uniform(0.3, 1.5)
        case FateKind.VOICEMAIL:
            return chance.uniform(12, 20), 60
        case FateKind.DEAD_AIR | FateKind.FAX:
            return chance.uniform(1, 4), 30
        case FateKind.RINGS_ON:
            return 180, 0
        case FateKind.NO_ANSWER:
            return chance.uniform(15, 25), 0
        case FateKind.REJECTED:
            return chance.uniform(1, 8), 0
        case FateKind.BUSY | FateKind.CONGESTION | FateKind.UNALLOCATED | FateKind.NOT_IN_SERVICE:
            return chance.uniform(0.2, 1.5), 0
