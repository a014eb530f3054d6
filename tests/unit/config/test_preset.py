"""The compliance presets: complete, sourced, and what a wrong one is told."""

from __future__ import annotations

from datetime import date

import pytest

from dialer.config.preset import Preset, preset, preset_names, read_preset
from dialer.config.problems import ConfigError
from dialer.config.strictness import SCALES

PRESET = """\
place: Nowhere
sources: {act: {law: Act 1, page: https://example.org/act}}
figures:
  pacing.cap: {bound: 2 %, source: act}
"""


def cited(law: Preset) -> set[str]:
    parts = [law.holidays, law.message, law.recording_notice, law.records, *law.duties, *law.figures.values()]
    return {part.source for part in parts if part is not None}


def test_these_places_are_known() -> None:
    assert preset_names() == ("ca-crtc", "cn", "de", "fr", "uk-ofcom", "us-fcc", "us-tsr")


@pytest.mark.parametrize("name", preset_names())
def test_every_source_can_be_read_and_is_cited(name: str) -> None:
    law = preset(name)
    assert cited(law) == set(law.sources)
    for source in law.sources.values():
        assert source.page.startswith("https://")
        assert source.looked_at is None or source.looked_at >= date(2026, 11, 1)
        assert source.looked_in is None or source.looked_at is not None


def test_every_setting_that_laws_bound_is_bounded_by_one() -> None:
    assert {key for name in preset_names() for key in preset(name).figures} == set(SCALES)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("2 %", "lots"), "4:23: figures.pacing.cap.bound: 'lots' is no share"),
        (
            ("pacing.cap", "pacing.cup"),
            "4:3: figures.pacing.cup: is no setting that a law can bound, expected pacing.cap",
        ),
        (("source: act}", "source: akt}"), "4:36: figures.pacing.cap.source: 'akt' is none of `sources`"),
        (("source: act}", "sauce: act}"), "figures.pacing.cap.sauce: is no setting here, did you mean 'source'?"),
    ],
)
def test_a_mistake_in_a_preset_is_told_at_its_line(change: tuple[str, str], expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_preset(PRESET.replace(*change), "nowhere.yaml")
    told = [f"{p.line}:{p.column}: {p.key}: {p.message}" for p in caught.value.problems]
    assert any(expected in line for line in told), told
