"""What is said to agents, spoken ahead: by a program that is there, by none, and again when files change."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agi.phrase_book import phrase_book
from dialer.config.load import Configuration, load_configuration
from dialer.core.dialogs import PhrasesSpoken
from dialer.core.events import Event
from dialer.core.phrases import LANGUAGES, Phrase
from dialer.daemon.agent_phrases import PASSING, AgentPhrases, labels_of, spoken_in, voices_of
from tests.asterisk.tones import write_tone
from tests.fakes.waiting import until


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    write_tone(tmp_path / "word.wav", 700, 0.1)
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "spring.yaml").write_text(
        "mode: progressive\nlists: [a]\ncaller_ids: ['+861065550100']\n"
        "trunks: [main]\nteams: [sales]\nhours: {mon-sun: '00:00-24:00'}\n"
        "dispositions: {sale: {key: 1, label: 成交}}\n",
        encoding="utf-8",
    )
    (tmp_path / "waihu.yaml").write_text(
        f"trunks: {{main: 'PJSIP/{{number}}@carrier'}}\nlanguage: zh\n"
        f"speech: {{command: 'cp {tmp_path}/word.wav {{file}}'}}\n"
        "agents: {1001: {name: 李娜, phone: PJSIP/1001, teams: [sales]}}\n"
        "pause_reasons: {lunch: {key: 1, label: 午餐}}\n",
        encoding="utf-8",
    )
    return load_configuration(tmp_path / "waihu.yaml", {})


async def keeping(configurations: list[Configuration], posted: list[Event], times: int) -> None:
    phrases = AgentPhrases(posted.append, lambda: configurations[-1])
    task = asyncio.create_task(phrases.keep(), name="phrases")
    try:
        await until(lambda: len(posted) >= times or task.done(), 20)
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_every_phrase_and_label_in_both_languages(configuration: Configuration) -> None:
    assert labels_of(configuration) == ("午餐", "成交")
    assert configuration.site.policy.agents["1001"].language == "zh"  # type: ignore[index]
    posted: list[Event] = []
    await keeping([configuration], posted, 2)
    first, both = posted
    assert isinstance(first, PhrasesSpoken)
    assert isinstance(both, PhrasesSpoken)
    # The agents' own language comes first.
    assert (set(first.spoken), set(both.spoken)) == ({"zh"}, set(LANGUAGES))
    spoken = both.spoken["zh"]
    voice = voices_of(configuration.site.speech).kept
    assert spoken.phrases[Phrase.READY] == voice.kept("zh", phrase_book("zh").texts[Phrase.READY])
    assert spoken.sound(Phrase.PAUSED, "午餐") == f"{spoken.phrases[Phrase.PAUSED]}&{voice.kept('zh', '午餐')}"
    made = {path.stem for path in configuration.site.speech.folder.glob("*.wav")}
    assert {sound.rpartition("/")[2] for sound in (*spoken.phrases.values(), *spoken.labels.values())} <= made


async def test_without_a_program_the_stock_stays(configuration: Configuration) -> None:
    site = configuration.site
    silent = replace(configuration, site=replace(site, speech=replace(site.speech, command=("no-such", "{file}"))))
    posted: list[Event] = []
    await keeping([silent], posted, 1)
    assert posted == [PhrasesSpoken(spoken={})]


async def test_what_a_daemon_that_died_was_saying_is_forgotten(configuration: Configuration) -> None:
    passing = configuration.site.speech.folder / PASSING
    passing.mkdir(parents=True)
    (passing / "0123.wav").touch()
    await keeping([configuration], [], 1)
    assert list(passing.iterdir()) == []


async def test_a_label_that_the_voice_cannot_say_costs_no_phrase(configuration: Configuration, tmp_path: Path) -> None:
    program = tmp_path / "says-no-lunch"
    program.write_text(f'#!/bin/sh\ngrep -q 午餐 && exit 1\ncp {tmp_path}/word.wav "$1"\n', encoding="utf-8")
    program.chmod(0o755)
    speech = replace(configuration.site.speech, command=(str(program), "{file}"))
    spoken = await spoken_in("zh", voices_of(speech).kept, labels_of(configuration))
    assert (set(spoken.phrases), set(spoken.labels)) == (set(Phrase), {"成交"})
