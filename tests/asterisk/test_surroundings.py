"""What `surroundings` hears from a real Asterisk, and which of its sounds are found."""

import re
from pathlib import Path

import pytest

from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.surroundings import PROMPTS, missing_sounds, surroundings
from dialer.core.phrases import STOCK
from dialer.embedded.pbx import ASTERISK_CONF, EmbeddedPbx

pytestmark = pytest.mark.asterisk


async def test_a_real_asterisk_has_all_prompts(pbx: EmbeddedPbx) -> None:
    ami = pbx.ami
    found = await surroundings(AsteriskSettings(host=ami.host, port=ami.port, user=ami.user, secret=ami.secret))
    assert re.match(r"\d+\.\d+", found.version)
    assert abs(found.clock_offset_seconds) < 0.5
    assert found.sounds.is_dir()
    assert missing_sounds(found.sounds, PROMPTS) == ()
    assert missing_sounds(found.sounds, ["waihu/nobody-recorded-this", "beep"]) == ("waihu/nobody-recorded-this",)


def test_a_sound_may_lie_in_any_language_or_at_a_path(tmp_path: Path) -> None:
    (tmp_path / "sounds" / "zh_CN" / "waihu").mkdir(parents=True)
    (tmp_path / "sounds" / "zh_CN" / "waihu" / "hello.gsm").touch()
    (tmp_path / "own.wav").touch()
    wanted = ["waihu/hello", f"{tmp_path}/own", f"{tmp_path}/other", "waihu/hell"]
    assert missing_sounds(tmp_path / "sounds", wanted) == (f"{tmp_path}/other", "waihu/hell")


def test_the_prompts_are_those_of_the_dialplan_and_those_that_stand_in_for_words() -> None:
    dialplan = (ASTERISK_CONF / "waihu-extensions.conf").read_text(encoding="utf-8")
    played = re.findall(r"Playback\(([a-z&-]+)\)|WAIHU_PROMPT=([a-z-]+)\)|,([a-z-]+),20,,|\?([a-z-]+):\$", dialplan)
    named = {sound for groups in played for group in groups for sound in group.split("&") if sound}
    stand_in = {sound for several in STOCK.values() for sound in several.split("&") if sound}
    assert named | stand_in == set(PROMPTS)
