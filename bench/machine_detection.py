"""How often Asterisk's AMD() errs, with its own settings and others, on greetings made for it.

    python -m bench.machine_detection [CALLS]      so many of each kind and settings, 20 where it is left out

What is said is bursts of noise, as long and as far apart as words are (tests/asterisk/greetings.py), over G.711 from
one real Asterisk to another. Real voices are softer, lines are worse, and people do not say what they are expected to:
the figures compare settings, and only a campaign's own sample says how often it errs.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from dialer.asterisk.actions import amd_arguments
from dialer.core.detection import Detection
from dialer.embedded.asterisk_program import find_asterisk
from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.carrier.fates import Fate, FateKind, Fates
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.bare_ami import BareAmi
from tests.asterisk.greetings import silence, word, words, write
from tests.asterisk.numbers import call

AT_ONCE = 10
"""Calls at the same time."""
ANSWERS_BEFORE = 0.3

Pieces = list[np.ndarray]
Saying = Callable[[np.random.Generator, int], Pieces]


def hello(chance: np.random.Generator, seed: int) -> Pieces:
    return [word(chance.uniform(0.3, 0.6), seed)]


def hello_hello(chance: np.random.Generator, seed: int) -> Pieces:
    return [word(0.45, seed), silence(chance.uniform(0.9, 1.5)), word(0.45, seed + 1), silence(0.2)]


def name(chance: np.random.Generator, seed: int) -> Pieces:
    """Two words and a name: 1 to 1.4 s."""
    return [words(chance.uniform(1.0, 1.4), seed)]


def firm(chance: np.random.Generator, seed: int) -> Pieces:
    """The firm, the name, and what can be done for you: 2 to 3.5 s."""
    return [words(chance.uniform(2.0, 3.5), seed)]


def noisy(chance: np.random.Generator, seed: int) -> Pieces:
    """Hello in a street: noise of a mean of about 500 all the time."""
    noise = np.random.default_rng(seed).normal(scale=620, size=8000 * 6)
    said = np.concatenate([silence(0.5), word(0.5, seed)])
    noise[: len(said)] += said
    return [noise]


def late(chance: np.random.Generator, seed: int) -> Pieces:
    """Says nothing for 2.6 to 3.5 s: takes the phone to the ear first."""
    return [silence(chance.uniform(2.6, 3.5)), word(0.5, seed)]


def greeting(chance: np.random.Generator, seed: int) -> Pieces:
    return [words(chance.uniform(4.0, 9.0), seed)]


def slow_greeting(chance: np.random.Generator, seed: int) -> Pieces:
    """A short sentence, a second of thinking, the rest of it."""
    pause = silence(chance.uniform(0.9, 1.3))
    return [words(chance.uniform(0.7, 1.3), seed), pause, words(5.0, seed + 1)]


PEOPLE: dict[str, Saying] = {
    "hello": hello,
    "hello … hello": hello_hello,
    "hello and a name": name,
    "a firm's greeting": firm,
    "hello in noise": noisy,
    "speaks late": late,
}
MACHINES: dict[str, Saying] = {"greeting": greeting, "greeting with a pause": slow_greeting}
MISTAKES = {"HUMAN": ("MACHINE", "SILENCE"), "MACHINE": ("HUMAN", "NOTSURE")}
SETTINGS = {
    "Asterisk's own": Detection(),
    "patient (greeting 2.5 s, 6 words)": replace(
        Detection(), greeting=timedelta(seconds=2.5), maximum_words=6, initial_silence=timedelta(seconds=4)
    ),
    "quick (after_greeting_silence 400 ms)": replace(
        Detection(), after_greeting_silence=timedelta(milliseconds=400), total_analysis=timedelta(seconds=3)
    ),
}


async def main(calls: int) -> None:
    """Print a table for each of the settings."""
    numbers = [f"+1555{n:07}" for n in range(AT_ONCE)]
    fate = Fate(kind=FateKind.VOICEMAIL, ring_seconds=0, talk_seconds=60)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - Asterisk reads it
        program = find_asterisk(say=print)
        async with Carrier(program, folder / "carrier", Fates(seed=1), {n: [fate] for n in numbers}) as carrier:
            pbx = EmbeddedPbx(program, folder / "pbx", carrier=carrier.sip, phones=carrier.phones_sip)
            async with pbx:
                ami = await BareAmi.login(pbx.ami.host, pbx.ami.port, pbx.ami.user, pbx.ami.secret)
                for title, detection in SETTINGS.items():
                    await _table(title, detection, calls, numbers, carrier, ami, folder)
                await ami.close()


async def _table(
    title: str, detection: Detection, calls: int, numbers: list[str], carrier: Carrier, ami: BareAmi, folder: Path
) -> None:
    print(f"\n{title}\n| said | person | machine | dead air | not sure | taken by mistake | seconds, mean |")
    print("|---|---|---|---|---|---|---|")
    for right, kinds in (("HUMAN", PEOPLE), ("MACHINE", MACHINES)):
        for kind, saying in kinds.items():
            verdicts: Counter[str] = Counter()
            seconds: list[float] = []
            for first in range(0, calls, AT_ONCE):
                seeds = range(first, min(first + AT_ONCE, calls))
                heard = await asyncio.gather(
                    *(
                        _call(number, saying, 100 * seed + 7, detection, carrier, ami, folder)
                        for number, seed in zip(numbers, seeds, strict=False)
                    )
                )
                verdicts.update(verdict for verdict, _ in heard)
                seconds += [took for _, took in heard]
            wrong = sum(verdicts[word] for word in MISTAKES[right])
            counts = " | ".join(str(verdicts[word]) for word in ("HUMAN", "MACHINE", "SILENCE", "NOTSURE"))
            print(f"| {kind} | {counts} | {wrong / calls:.0%} | {np.mean(seconds):.1f} |", flush=True)


async def _call(
    number: str, saying: Saying, seed: int, detection: Detection, carrier: Carrier, ami: BareAmi, folder: Path
) -> tuple[str, float]:
    digits = number.removeprefix("+")
    file = folder / f"{digits}-{seed}.wav"
    said = write(file, silence(ANSWERS_BEFORE), *saying(np.random.default_rng(seed), seed))
    await ami_action(carrier.ami, "Setvar", ("Variable", f"GREETING_{digits}"), ("Value", said))
    attempt = await call(ami, number, amd=amd_arguments(detection))
    up = await ami.event("Newstate", Uniqueid=attempt, ChannelStateDesc="Up")
    heard = await ami.event("WaihuAnswered", Attempt=attempt)
    await ami.action("Hangup", Channel=heard["Channel"])
    dead_air = heard["AmdCause"].startswith("INITIALSILENCE")
    return "SILENCE" if dead_air else heard["Amd"], float(heard["Timestamp"]) - float(up["Timestamp"])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
