"""Real speech over real SIP legs: what callers hear of the texts of a flow, measured at their ears."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from agi.voice import Voice
from dialer.config.problems import ConfigError
from dialer.core.inbound.record import InboundOutcome
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.pbx import EmbeddedPbx
from dialer.embedded.speech_program import VOICES, speaking_command
from tests.asterisk.inbound_stage import InboundStage, on_stage
from tests.fakes.waiting import until
from tests.spoken import LATE, RATE, Heard, Samples, heard, samples_of

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="session")]

ENGLISH = "Welcome to our company. Please stay on the line, we shall be with you in a moment."
CHINESE = "欢迎致电我们公司。请不要挂机，我们马上为您服务。"
LONGEST = 500
"""Characters that a file may have spoken at once."""
FULL_SCALE = 32124
"""What telephones have at most: ITU-T G.711, mu-law."""


@pytest.fixture
def voice(espeak: Path, tmp_path: Path) -> Voice:
    return Voice(shlex.split(speaking_command(espeak)), VOICES, tmp_path / "speech")


def flow_that_says(folder: Path, language: str, text: str) -> str:
    """The file of a flow that says one text and hangs up."""
    said = {
        "numbers": [100],
        "country": "CN",
        "languages": [language],
        "start": "bye",
        "steps": {"bye": {"hang_up": {"say": text}}},
    }
    with (folder / "said.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(said, file)
    return (folder / "said.yaml").read_text(encoding="utf-8")


async def ear_of_a_caller(stage: InboundStage, heard: Path) -> Samples:
    """All that a caller hears who stays to the end."""
    assert await stage.visit(heard=heard) == ["bye:end"]
    assert stage.ended()[-1].outcome is InboundOutcome.COMPLETED
    sizes: list[int] = []

    def rests() -> bool:
        sizes.append(len(samples_of(heard)))
        return len(sizes) > 12 and sizes[-1] > 0 and len(set(sizes[-12:])) == 1

    await until(rests, 20)
    return samples_of(heard)


def arrived(found: Heard) -> None:
    """As it was spoken: whole, as loud, and as fast."""
    assert found.share > 0.7
    assert abs(found.decibels) < 1.0
    assert abs(found.late_seconds) < LATE


def spoken(voice: Voice, language: str, text: str) -> Samples:
    return samples_of(Path(f"{voice.sound(language, text)}.wav"))


@pytest.mark.parametrize(("language", "text", "other"), [("en", ENGLISH, CHINESE), ("zh", CHINESE, ENGLISH)])
async def test_a_caller_hears_the_words_of_the_flow(
    pbx: EmbeddedPbx, carrier: Carrier, voice: Voice, tmp_path: Path, language: str, text: str, other: str
) -> None:
    async with on_stage(pbx, carrier, tmp_path, flow_that_says(tmp_path, language, text), voice) as stage:
        ear = await ear_of_a_caller(stage, tmp_path / "heard.wav")
    said = spoken(voice, language, text)
    found = heard(said, ear)
    print(f"{language}: {found}, {len(said) / RATE:.1f} s said, peak {abs(ear).max():.0f}")  # noqa: T201 - measured
    arrived(found)
    assert 2.0 < len(said) / RATE < 12.0
    # Loud enough for a telephone, and no peak cut off.
    assert -35 < 20 * np.log10(np.sqrt((said**2).mean()) / FULL_SCALE) < -10
    assert 3000 < abs(ear).max() < FULL_SCALE
    assert 3000 < abs(said).max() < 32_000
    # What is measured tells words apart.
    await voice.prepare([(language, "Something else is said here"), ("en" if language == "zh" else "zh", other)])
    assert heard(spoken(voice, "en" if language == "zh" else "zh", other), ear).share < 0.2


@pytest.mark.parametrize(
    "text",
    [
        'He said "go" <now>; $(touch trap) & it\'s over > trap',
        "--help, -w trap",
        "他说“走”<speak>，<break time='9s'/>；${EXTEN} {file} {voice} &amp; 完",
    ],
)
async def test_a_text_is_only_ever_read_out(
    pbx: EmbeddedPbx, carrier: Carrier, voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    async with on_stage(pbx, carrier, tmp_path, flow_that_says(tmp_path, "zh", text), voice) as stage:
        ear = await ear_of_a_caller(stage, tmp_path / "heard.wav")
    said = spoken(voice, "zh", text)
    arrived(heard(said, ear))
    assert "trap" not in {file.name for file in tmp_path.iterdir()}  # noqa: ASYNC240 - the call is over


async def test_a_text_of_several_lines_is_read_out_whole(voice: Voice) -> None:
    """Files cannot hold one; what is said of a customer can, whose name came from elsewhere."""
    await voice.prepare([("en", one) for one in ("Ada", "Ada\r\nAction: Logoff\r\n\r\nLovelace", "\n")])
    whole = spoken(voice, "en", "Ada\r\nAction: Logoff\r\n\r\nLovelace")
    assert len(whole) > 2 * len(spoken(voice, "en", "Ada"))
    assert len(spoken(voice, "en", "\n")) < RATE / 10


async def test_the_longest_text_is_spoken_and_may_be_hung_up_on(
    pbx: EmbeddedPbx, carrier: Carrier, voice: Voice, tmp_path: Path
) -> None:
    text = (f"{ENGLISH} " * 10)[:LONGEST]
    with pytest.raises(ConfigError, match="expected one line of 1 to 500 characters"):
        async with on_stage(pbx, carrier, tmp_path, flow_that_says(tmp_path, "en", f"{text} {text}"), voice):
            pass
    async with on_stage(pbx, carrier, tmp_path, flow_that_says(tmp_path, "en", text), voice) as stage:
        ear = tmp_path / "heard.wav"
        channel = await stage.callers.call("100", caller="13800138000", heard=ear)
        # How many samples there are stands in the file when it is whole.
        await until(lambda: ear.exists() and ear.stat().st_size > 6 * 2 * RATE, 60)
        await stage.callers.hang_up(channel)
        await until(stage.ended, 20)
        assert stage.ended()[-1].outcome is InboundOutcome.HUNG_UP
        await stage.nobody_left()
    said = spoken(voice, "en", text)
    assert len(said) > 20 * RATE
    await until(lambda: len(samples_of(ear)) > 6 * RATE, 20)
    assert len(samples_of(ear)) < len(said)
    assert heard(said[: 4 * RATE], samples_of(ear)).share > 0.7
