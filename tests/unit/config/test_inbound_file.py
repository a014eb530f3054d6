"""What an inbound file says, and what it may not say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dialer.config.load import load_configuration, load_site
from dialer.config.load_inbound import load_flow, load_flows
from dialer.config.problems import ConfigError
from dialer.core.inbound import flow as steps
from dialer.core.inbound.flow import EVERY_KIND, Choice, Language, Sound, Speech, StepName, kind
from dialer.core.words import AgentNumber, CampaignName
from tests.unit.config.conftest import INBOUND, Mistakes, told

EXAMPLE = Path(__file__).parents[3] / "inbound" / "spring.yaml"
ZH, EN = Language("zh"), Language("en")
HEAD = "numbers: [100]\nstart: a\nsteps:\n"


def test_the_example_shows_every_kind() -> None:
    flow = load_flow(EXAMPLE, None)
    assert {kind(step) for step in flow.steps.values()} == set(EVERY_KIND)
    assert flow.hours is not None
    assert (flow.numbers, flow.country, flow.languages) == (("861065550100",), "CN", (EN, ZH))


@pytest.fixture(autouse=True)
def a_program_that_speaks(site_file: Path) -> None:
    text = site_file.read_text(encoding="utf-8")
    site_file.write_text(text + 'speech: {command: "true {file}"}\n', encoding="utf-8")


def test_everything_that_is_said_arrives(inbound_file: Path, site_file: Path) -> None:
    inbound_file.write_text(
        """\
name: 热线
numbers: [+861065550100, 0100]
country: CN
languages: [zh, en]
hours: {mon-fri: "09:00-18:00"}
holidays: {dates: [2026-12-31]}
time_zone: Asia/Shanghai
start: main
closed: bye
steps:
  main:
    menu:
      prompt: {zh: [{say: 您好}, beep], en: custom/menu}
      choices: {1: ask, 9: {next: stop, label: 退订}, "*": }
      wait: 3s
      tries: 2
      invalid: wrong
    otherwise: bye
  ask:
    question: {prompt: q, answers: {1: 好, 2: {label: 坏, next: bye}}}
    next: call
  call: {transfer: {number: +861065550199, trunk: backup, ring: 9s, caller_id: +861065550100}, answered: bye}
  stop: {opt_out: , next: back}
  back: {callback: {campaign: spring, after: 2h}, next: bye}
  bye: {hang_up: }
""",
        encoding="utf-8",
    )
    flow = load_flow(inbound_file, load_site(site_file, {}))
    assert (flow.name, flow.numbers, flow.closed) == ("热线", ("861065550100", "0100"), "bye")
    assert flow.hours is not None
    assert flow.hours.default_time_zone == "Asia/Shanghai"
    assert flow.phones == {AgentNumber("1001"): "PJSIP/1001"}
    main = flow.steps[StepName("main")]
    assert isinstance(main, steps.Menu)
    assert main.prompt == {ZH: (Speech("您好"), Sound("beep")), EN: (Sound("custom/menu"),)}
    assert main.choices == {
        "1": Choice(StepName("ask"), "ask"),
        "9": Choice(StepName("stop"), "退订"),
        "*": Choice(None, ""),
    }
    assert (main.wait, main.tries, main.invalid[EN]) == (timedelta(seconds=3), 2, (Sound("wrong"),))
    ask = flow.steps[StepName("ask")]
    assert isinstance(ask, steps.Menu)
    assert ask.choices == {"1": Choice(StepName("call"), "好"), "2": Choice(StepName("bye"), "坏")}
    call = flow.steps[StepName("call")]
    assert isinstance(call, steps.Transfer)
    assert call.trunk is not None
    assert call.trunk.name == "backup"
    assert (call.dial, call.caller_id, call.answered) == ("PJSIP/+861065550199@backup", "861065550100", "bye")
    back = flow.steps[StepName("back")]
    assert isinstance(back, steps.Callback)
    assert (back.campaign, back.after) == (CampaignName("spring"), timedelta(hours=2))


def test_files_that_mean_the_same_have_the_same_version(inbound_file: Path, site_file: Path) -> None:
    site = load_site(site_file, {})
    first = load_flow(inbound_file, site)
    inbound_file.write_text("# a remark\n" + INBOUND, encoding="utf-8")
    assert load_flow(inbound_file, site) == first
    inbound_file.write_text(INBOUND.replace("vm-goodbye", "goodbye"), encoding="utf-8")
    assert load_flow(inbound_file, site).version != first.version


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{play: hi, next: b}", "23: steps.a.next: 'b' is no step of this flow"),
        ("{menu: {prompt: p, choices: {1: b}}}", "38: steps.a.menu.choices.1: 'b' is no step of this flow"),
        ("{play: hi}\n  b: {play: hi}", "3: steps.b: is never reached; lead a step to it, or leave it out"),
        ("{play: hi, next: a}", "23: steps.a.next: a caller who presses nothing goes round for ever: a → a; end it"),
        ("{branch: {on: x, cases: {y: }}}", "20: steps.a.branch.on: 'x' is not known of a caller; expected one of"),
        ("{branch: {on: open, cases: {y: }}}", "34: steps.a.branch.cases.y: open is never 'y'; expected yes or no"),
        (
            "{queue: {team: sales, skills: [tea]}}",
            "28: steps.a.queue.skills: no agent of waihu.yaml in team sales has tea",
        ),
        ("{queue: sails}", "14: steps.a.queue.team: 'sails' is no team of waihu.yaml, did you mean 'sales'?"),
        (
            "{queue: {team: last, skills: [tea]}}",
            "27: steps.a.queue.skills: no agent of waihu.yaml in team last",
        ),
        (
            "{queue: {team: sales, prefer_for: 9s}}",
            "40: steps.a.queue.prefer_for: has no meaning where nobody is preferred, expected prefer: last_agent",
        ),
        ("{queue: {team: sales, prefer: me}}", "36: steps.a.queue.prefer: 'me' is not possible, expected last_agent"),
        (
            "{queue: sales, stranger: a}",
            "31: steps.a.stranger: does not go with team sales, expected",
        ),
        ("{play: hi, stranger: a}", "27: steps.a.stranger: does not go with play, expected it with queue"),
        ("{queue: last, stranger: b}", "30: steps.a.stranger: 'b' is no step of this flow"),
        ("{language: fr}", "17: steps.a.language: 'fr' is no language of this flow: en"),
        ("{play: hi, hang_up: }", "3: steps.a: is play and hang_up, expected exactly one of play, menu, question"),
        ("{next: b}", "3: steps.a: is nothing, expected exactly one of play, menu, question"),
        ("{play: }", "7: steps.a.play: nothing is given, expected"),
        ("{play: hi, answered: a}", "27: steps.a.answered: does not go with play, expected it with transfer"),
        ("{hang_up: , next: a}", "24: steps.a.next: does not go with hang_up, expected it with play, question"),
        ("{play: hi ho}", "13: steps.a.play: 'hi ho' is no prompt, expected a sound such as waihu/welcome, a text"),
        ("{play: ../../etc/passwd}", "13: steps.a.play: '../../etc/passwd' is no prompt"),
        ("{play: {zh: hi}}", "7: steps.a.play: 'zh' is no language of this file, expected one of en"),
        ("{play: {xx1: hi}}", "19: steps.a.play.xx1: 'xx1' is no language, expected a sound"),
        ('{play: {say: ""}}', "7: steps.a.play: '' cannot be spoken, expected one line of 1 to 500 characters"),
        ("{play: [hi, {say: [x]}]}", "18: steps.a.play[1]: ['x'] cannot be spoken"),
        ("{menu: {prompt: p, choices: {12: }}}", "35: steps.a.menu.choices.12: '12' is not a key of the phone"),
        ("{collect: {prompt: p, least: 5, most: 4}}", "35: steps.a.collect.least: is more than most, expected at m"),
        ("{record: }", "7: steps.a.record: has no folder for messages; set inbound.recordings of waihu.yaml"),
        ("{transfer: {agent: 1001, phone: X/1}}", "7: steps.a.transfer: names agent and phone, expected exactly one"),
        ("{transfer: {agent: 1009}}", "25: steps.a.transfer.agent: '1009' is no agent of waihu.yaml, did you mean"),
        ("{transfer: {agent: 1002}}", "25: steps.a.transfer.agent: agent 1002 has no phone in waihu.yaml, expected"),
        ("{transfer: {number: +861065550199, trunk: x}}", "48: steps.a.transfer.trunk: 'x' is no trunk of waihu.yaml"),
        ("{transfer: {phone: PJSIP/1, trunk: main}}", "41: steps.a.transfer.trunk: is for `number` alone"),
    ],
)
def test_each_mistake_in_a_step_is_told_at_its_place(inbound_mistakes: Mistakes, step: str, expected: str) -> None:
    (found,) = inbound_mistakes(f"{HEAD}  a: {step}\n")
    line, _, rest = found.partition(":")
    assert line == ("5" if "\n" in step else "4")
    assert rest.startswith(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("languages: [zh, en]", "5:7: steps.a.play: a text has a language, expected one for each: zh, en"),
        ("hours: {mon: 9:00-10:00}", "1:1: hours: say nothing of callers outside of them, expected `closed`"),
        ("closed: a", "1:9: closed: goes with `hours`, expected those as well"),
        ("numbers: [x]", "1:11: numbers[0]: 'x' is not a number as it is dialled to reach us such as +861065550100"),
        ("numbers: [100, 100]", "1:16: numbers[1]: '100' is given twice, expected once"),
        ("languages: []", "1:1: languages: is empty, expected at least one such as en"),
        ("default_disposition: no", "1:22: default_disposition: 'no' is no disposition of this file"),
        (
            "dispositions: {a: {key: 1}, b: {key: 1}}",
            "1:38: dispositions.b.key: key 1 is taken by a, expected another one of 0-9",
        ),
        ("start: b", "1:8: start: 'b' is no step of this flow"),
    ],
)
def test_each_mistake_of_the_whole_is_told_at_its_place(inbound_mistakes: Mistakes, lines: str, expected: str) -> None:
    name = lines.partition(":")[0]
    kept = "".join(line + "\n" for line in HEAD.splitlines() if not line.startswith(f"{name}:"))
    (found,) = inbound_mistakes(f"{lines}\n{kept}  a: {{play: {{say: hi}}}}\n")
    assert found.startswith(expected)


def test_known_callers_return_and_their_talks_are_disposed_of(inbound_file: Path, site_file: Path) -> None:
    said = "dispositions: {sold: {key: 1, flags: [success]}, no: {key: 2}}\ndefault_disposition: no\n"
    step = "  a: {queue: {team: last, prefer: last_agent, prefer_for: 9s}, stranger: b}\n  b: {queue: sales}\n"
    inbound_file.write_text(said + HEAD + step, encoding="utf-8")
    flow = load_flow(inbound_file, load_site(site_file, {}))
    known, stranger = flow.steps[StepName("a")], flow.steps[StepName("b")]
    assert isinstance(known, steps.Queue)
    assert isinstance(stranger, steps.Queue)
    assert (known.returning, known.stranger, known.terms.prefer_for) == (True, "b", timedelta(seconds=9))
    assert (stranger.returning, stranger.terms.prefer_for, stranger.terms.team) == (False, None, "sales")
    assert [(one.name, one.digit) for one in known.terms.choices.dispositions] == [("sold", "1"), ("no", "2")]
    assert known.terms.choices == stranger.terms.choices
    assert known.terms.choices.default == "no"


def test_a_prompt_is_heard_in_every_language(inbound_mistakes: Mistakes) -> None:
    (found,) = inbound_mistakes("languages: [zh, en]\n" + HEAD + "  a: {play: {zh: hi}}\n")
    assert found == "5:7: steps.a.play: is silent in en, expected something to be heard in each language"


def test_a_text_needs_the_program_that_speaks(inbound_file: Path, site_file: Path) -> None:
    inbound_file.write_text(HEAD + "  a: {play: {say: 你好}}\n", encoding="utf-8")
    speaks = site_file.read_text(encoding="utf-8").replace('"true {file}"', '"no-such-program {file}", folder: "a b"')
    site_file.write_text(speaks, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_flow(inbound_file, load_site(site_file, {}))
    program, folder = told(error.value)
    assert program == (
        "4:3: steps.a: text is to be spoken and there is no program 'no-such-program'; install it, or set "
        "speech.command of waihu.yaml"
    )
    assert folder.startswith("4:3: steps.a: text is to be spoken and Asterisk cannot be told the folder")


def test_each_number_and_each_name_has_one_file(inbound_file: Path, site_file: Path) -> None:
    second = inbound_file.with_name("second.yaml")
    second.write_text("name: hotline\n" + INBOUND, encoding="utf-8")
    third = inbound_file.with_name("third.yaml")
    third.write_text(INBOUND.replace("+861065550100", "0100, 861065550100"), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_configuration(site_file, {})
    assert told(error.value) == [
        f"1:7: name: 'hotline' is the name of {inbound_file} too, expected a name for each flow",
        "1:17: numbers[1]: 861065550100 is answered by hotline already, expected each number in one file",
    ]
    second.unlink()
    third.unlink()
    assert list(load_flows(load_site(site_file, {}))) == ["hotline"]
