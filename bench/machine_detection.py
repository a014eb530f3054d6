"""How often Asterisk's AMD() errs, with its own settings and others, on greetings made for it.

    python -m bench.machine_detection [CALLS] [noise]

So many CALLS of each kind and settings, 40 where it is left out. What is said is spoken by espeak-ng
(spoken_greetings.py) or, with the word `noise`, bursts of noise (noise_greetings.py), over G.711 from one real Asterisk
to another. A synthesiser speaks more evenly than people do, lines are worse, and people do not say what they are
expected to: the figures compare settings, and only a campaign's own sample says how often it errs there.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench import noise_greetings
from bench.spoken_greetings import Greeting, Speaker, greetings
from dialer.asterisk.actions import amd_arguments
from dialer.core.detection import Detection
from dialer.core.false_positives import share_of_people
from dialer.embedded.asterisk_program import find_asterisk
from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.carrier.fates import Fate, FateKind, Fates
from dialer.embedded.pbx import EmbeddedPbx
from dialer.embedded.speech_program import find_espeak
from tests.asterisk.bare_ami import BareAmi
from tests.asterisk.greetings import silence, write
from tests.asterisk.numbers import call

AT_ONCE = 20
"""Calls at the same time."""
ANSWERS_BEFORE = 0.3

MISTAKES = {"HUMAN": ("MACHINE", "SILENCE"), "MACHINE": ("HUMAN", "NOTSURE")}
SETTINGS = {
    "Asterisk's own": Detection(),
    "patient (greeting 2.5 s, 6 words)": replace(
        Detection(), greeting=timedelta(seconds=2.5), maximum_words=6, initial_silence=timedelta(seconds=4)
    ),
    "lenient (greeting 4 s, 12 words)": replace(
        Detection(),
        greeting=timedelta(seconds=4),
        maximum_words=12,
        initial_silence=timedelta(seconds=4),
        total_analysis=timedelta(seconds=7),
    ),
    "quick (after_greeting_silence 400 ms)": replace(
        Detection(), after_greeting_silence=timedelta(milliseconds=400), total_analysis=timedelta(seconds=3)
    ),
}


Kinds = Mapping[str, Greeting]


async def main(calls: int, *, spoken: bool) -> None:
    """Print a table for each of the settings."""
    numbers = [f"+1555{n:07}" for n in range(AT_ONCE)]
    fate = Fate(kind=FateKind.VOICEMAIL, ring_seconds=0, talk_seconds=60)
    people: Kinds = noise_greetings.PEOPLE
    machines: Kinds = noise_greetings.MACHINES
    if spoken:
        people, machines = greetings(Speaker(await asyncio.to_thread(find_espeak, say=print)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - Asterisk reads it
        program = find_asterisk(say=print)
        async with Carrier(program, folder / "carrier", Fates(seed=1), {n: [fate] for n in numbers}) as carrier:
            pbx = EmbeddedPbx(program, folder / "pbx", carrier=carrier.sip, phones=carrier.phones_sip)
            async with pbx:
                ami = await BareAmi.login(pbx.ami.host, pbx.ami.port, pbx.ami.user, pbx.ami.secret)
                line = Line(numbers, carrier, ami, folder)
                for title, detection in SETTINGS.items():
                    print(
                        f"\n{title}\n| said | person | machine | dead air | not sure | mistakes, 95 % | seconds, mean |"
                    )
                    print("|---|---|---|---|---|---|---|")
                    await _rows("HUMAN", people, detection, calls, line)
                    await _rows("MACHINE", machines, detection, calls, line)
                await ami.close()


@dataclass(frozen=True)
class Line:
    """From our Asterisk to those who pick up."""

    numbers: list[str]
    carrier: Carrier
    ami: BareAmi
    folder: Path


async def _rows(right: str, kinds: Kinds, detection: Detection, calls: int, line: Line) -> None:
    """A row for each kind. How often each is met is a campaign's own, so there is none for all together."""
    for place, (kind, greeting) in enumerate(kinds.items()):
        verdicts: Counter[str] = Counter()
        seconds: list[float] = []
        for first in range(0, calls, AT_ONCE):
            seeds = range(first, min(first + AT_ONCE, calls))
            heard = await asyncio.gather(
                *(
                    _call(number, greeting, 1000 * place + seed, detection, line)
                    for number, seed in zip(line.numbers, seeds, strict=False)
                )
            )
            verdicts.update(verdict for verdict, _ in heard)
            seconds += [took for _, took in heard]
        print(f"{_row(right, kind, verdicts)} {np.mean(seconds):.1f} |", flush=True)


def _row(right: str, kind: str, verdicts: Counter[str]) -> str:
    wrong = share_of_people(verdicts.total(), sum(verdicts[word] for word in MISTAKES[right]))
    counts = " | ".join(str(verdicts[word]) for word in ("HUMAN", "MACHINE", "SILENCE", "NOTSURE"))
    share = "-" if wrong is None else f"{wrong.value:.0%} ({wrong.low:.0%} to {wrong.high:.0%})"
    return f"| {kind} | {counts} | {share} |"


async def _call(number: str, greeting: Greeting, seed: int, detection: Detection, line: Line) -> tuple[str, float]:
    digits = number.removeprefix("+")
    file = line.folder / f"{digits}-{seed}.wav"
    pieces = await asyncio.to_thread(greeting, np.random.default_rng(seed))
    said = write(file, silence(ANSWERS_BEFORE), *pieces)
    await ami_action(line.carrier.ami, "Setvar", ("Variable", f"GREETING_{digits}"), ("Value", said))
    attempt = await call(line.ami, number, amd=amd_arguments(detection))
    up = await line.ami.event("Newstate", Uniqueid=attempt, ChannelStateDesc="Up")
    heard = await line.ami.event("WaihuAnswered", Attempt=attempt)
    await line.ami.action("Hangup", Channel=heard["Channel"])
    dead_air = heard["AmdCause"].startswith("INITIALSILENCE")
    return "SILENCE" if dead_air else heard["Amd"], float(heard["Timestamp"]) - float(up["Timestamp"])


if __name__ == "__main__":
    asked = [word for word in sys.argv[1:] if word != "noise"]
    asyncio.run(main(int(asked[0]) if asked else 40, spoken="noise" not in sys.argv))
