"""What a campaign file may not say, each with its line and what was expected."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dialer.config.load import load_campaign, load_site
from dialer.core.detection import Detection, MachineAction, MachinesPolicy
from dialer.core.policy import AgentDisposition, AttemptLimit, CampaignPolicy, PacingPolicy, RetryPolicy, RetryRule
from dialer.core.window import CalendarUnit, CalendarWindow, RollingWindow, Window
from dialer.core.words import CountedFrom, DispositionFlag, Mode
from tests.unit.config.conftest import CAMPAIGN, Mistakes


def load(campaign_file: Path, more: str = "") -> CampaignPolicy:
    campaign_file.write_text(CAMPAIGN + more, encoding="utf-8")
    return load_campaign(campaign_file, load_site(campaign_file.parent.parent / "waihu.yaml", {}))


def test_what_a_short_file_leaves_out_is_what_the_policies_have_by_default(campaign_file: Path) -> None:
    policy = load(campaign_file)
    assert policy.name == "spring"
    assert policy.pacing == PacingPolicy(mode=Mode.PREDICTIVE)
    assert policy.retry == RetryPolicy(rules={})
    assert policy == CampaignPolicy(
        name=policy.name,
        version=policy.version,
        pacing=policy.pacing,
        lists=policy.lists,
        trunks=policy.trunks,
        caller_ids=("+861065550100",),
        hours=policy.hours,
        retry=policy.retry,
        teams=frozenset({"sales"}),  # type: ignore[arg-type]
    )
    assert policy.hours.holidays == frozenset()
    assert policy.hours.default_time_zone == "UTC"


def test_everything_that_is_said_arrives(campaign_file: Path) -> None:
    policy = load(
        campaign_file,
        """\
name: 春季
agents: [1002]
pacing: {cap: 0.5 %, window: 24h, answer_limit: 5100ms, counted_from: connect, ring_time: 1m, least_ring_time: 20s,
  max_lines: 7, max_lines_per_agent: 1.5, preview_time: 10s}
dispositions:
  sale: {key: 1, label: 成交, flags: [human, success]}
  later: {key: 0}
default_disposition: later
wrap_up: 0s
retry:
  max_attempts: 9
  max_attempts_a_day: 2
  max_attempts_a_month: 4
  abandoned_lockout: 72h
  rules: {busy: 1h30m, later: {after: 3d, times: 2}, fax: never}
safe_harbour_message: custom/sorry
machines: {detect: yes, then: message, message: waihu/machine, sample: 5 %, most_length: 45s,
  settings: {initial_silence: 2s, greeting: 1400ms, after_greeting_silence: 700ms, total_analysis: 4s,
    minimum_word: 120ms, between_words: 60ms, maximum_words: 4, silence_threshold: 300, maximum_word: 3s}}
""",
    )
    assert policy.name == "春季"
    assert policy.agents == {"1002"}
    assert policy.pacing == PacingPolicy(
        mode=Mode.PREDICTIVE,
        drop_cap=0.005,
        drop_window=RollingWindow(timedelta(days=1)),
        answer_limit=timedelta(seconds=5.1),
        counted_from=CountedFrom.CONNECT,
        ring_time=timedelta(minutes=1),
        least_ring_time=timedelta(seconds=20),
        max_lines=7,
        max_lines_per_agent=1.5,
        preview_time=timedelta(seconds=10),
    )
    assert policy.dispositions == (
        AgentDisposition(
            name="sale", label="成交", digit="1", flags=frozenset({DispositionFlag.HUMAN, DispositionFlag.SUCCESS})
        ),
        AgentDisposition(name="later", label="later", digit="0"),
    )
    assert policy.default_disposition == "later"
    assert policy.wrap_up == timedelta(0)
    assert policy.retry == RetryPolicy(
        rules={
            "busy": RetryRule(after=timedelta(minutes=90)),
            "later": RetryRule(after=timedelta(days=3), times=2),
            "fax": RetryRule(after=None),
        },
        max_attempts=9,
        attempt_limits=(AttemptLimit(2, timedelta(days=1)), AttemptLimit(4, timedelta(days=30))),
        abandoned_lockout=timedelta(hours=72),
    )
    assert policy.safe_harbour_message == "custom/sorry"
    assert policy.machines == MachinesPolicy(
        detection=Detection(
            initial_silence=timedelta(seconds=2),
            greeting=timedelta(milliseconds=1400),
            after_greeting_silence=timedelta(milliseconds=700),
            total_analysis=timedelta(seconds=4),
            minimum_word=timedelta(milliseconds=120),
            between_words=timedelta(milliseconds=60),
            maximum_words=4,
            silence_threshold=300,
            maximum_word=timedelta(seconds=3),
        ),
        then=MachineAction.MESSAGE,
        message="waihu/machine",
        sample=0.05,
        most_length=timedelta(seconds=45),
    )


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("24h", RollingWindow(timedelta(hours=24))),
        ("30d", RollingWindow(timedelta(days=30))),
        ("day", CalendarWindow(CalendarUnit.DAY, "America/Vancouver")),
        ("month", CalendarWindow(CalendarUnit.MONTH, "America/Vancouver")),
        ("month in America/Toronto", CalendarWindow(CalendarUnit.MONTH, "America/Toronto")),
    ],
)
def test_the_legal_window_rolls_or_follows_the_calendar(campaign_file: Path, written: str, window: Window) -> None:
    policy = load(campaign_file, f"time_zone: America/Vancouver\npacing: {{window: {written}}}\n")
    assert policy.pacing.drop_window == window


def test_caller_ids_become_e164(campaign_mistakes: Mistakes, campaign_file: Path) -> None:
    assert campaign_mistakes('caller_ids: ["+86 10 6555-0100", +442079460000]') == []
    assert load_campaign(campaign_file, None).caller_ids == ("+861065550100", "+442079460000")


NUMBER = "expected a number with plus sign and country code such as +861065550100"
DURATION = "expected a duration with its unit such as 90s, 15m, 2h or 3d"
DETECTION = (
    "listens for up to 5s of the 2s that pacing.answer_limit leaves from connect, expected false, a shorter "
    "settings.total_analysis, or pacing.counted_from: greeting"
)
WINDOW = (
    "expected a duration such as 30d or 24h, or day or month, with `in` and a time zone if it is not the campaign's"
)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("wrap_uo: 3s", "1:1: wrap_uo: is no setting here, did you mean 'wrap_up'?"),
        ("pacing:\n  ring_tme: 3s", "2:3: pacing.ring_tme: is no setting here, did you mean 'ring_time'?"),
        (
            "dispositions:\n  sale:\n    key: 1\n    flag: success",
            "4:5: dispositions.sale.flag: is no setting here, did you mean 'flags'?",
        ),
        ("holidays: {zzz: 1}", "1:12: holidays.zzz: is no setting here, expected country, region or dates"),
        ("mode: predictve", "1:7: mode: 'predictve' is not possible, did you mean 'predictive'?"),
        ("mode: zzz", "1:7: mode: 'zzz' is not possible, expected predictive, progressive or preview"),
        ("mode:", "1:1: mode: nothing is given, expected predictive, progressive or preview"),
        ("lists: []", "1:1: lists: is empty, expected at least one"),
        ("lists: spring", "1:8: lists: 'spring' is not possible, expected a list"),
        ("lists: [a, b, a]", "1:15: lists[2]: 'a' is given twice, expected once"),
        ("trunks: [mian]", "1:10: trunks[0]: 'mian' is no trunk of waihu.yaml, did you mean 'main'?"),
        ("trunks: [zzz]", "1:10: trunks[0]: 'zzz' is no trunk of waihu.yaml, expected backup or main"),
        ("trunks: [main, main]", "1:16: trunks[1]: 'main' is given twice, expected once"),
        ("teams: [sale]", "1:9: teams[0]: 'sale' is no team of waihu.yaml, did you mean 'sales'?"),
        ("agents: [1001, 1020]", "1:16: agents[1]: '1020' is no agent of waihu.yaml, did you mean '1002'?"),
        ("agents: [abc]", "1:10: agents[0]: 'abc' is not an agent's number: 2 to 12 digits, as keyed in at log-in"),
        ("teams: []", "1:1: agents: nobody may take the calls, expected teams or agents"),
        ("caller_ids: [12345]", f"1:14: caller_ids[0]: '12345' is no telephone number, {NUMBER}"),
        (
            "caller_ids: [+8610]",
            f"1:14: caller_ids[0]: '+8610' is no number that its country could have, {NUMBER}",
        ),
        (
            "caller_ids: [+861065550100, +86 10 6555 0100]",
            "1:29: caller_ids[1]: '+861065550100' is given twice, expected once",
        ),
        ("wrap_up: 15", f"1:10: wrap_up: '15' is no duration, {DURATION}"),
        ("wrap_up: [15s]", f"1:1: wrap_up: is not a single value, {DURATION}"),
        ("wrap_up:", f"1:1: wrap_up: nothing is given, {DURATION}"),
        ("wrap_up: 200000d", "1:10: wrap_up: '200000d' is too long, expected at most ten years"),
        ("pacing: {ring_time: 0s}", "1:21: pacing.ring_time: '0s' is no time at all, expected more than 0s"),
        (
            "pacing:\n  ring_time: 10s",
            "2:14: pacing.ring_time: is shorter than least_ring_time, expected at least 15s",
        ),
        ("pacing: {cap: 3}", "1:15: pacing.cap: '3' is 300% of all, expected a share such as 3 % or 0.03"),
        ("pacing: {window: week}", f"1:18: pacing.window: 'week' is no legal window, {WINDOW}"),
        (
            "pacing: {window: 5s}",
            "1:18: pacing.window: '5s' is too short to count calls in, expected at least 1m",
        ),
        (
            "pacing: {window: month in Asia/Shangai}",
            "1:18: pacing.window: 'Asia/Shangai' is no time zone, did you mean 'Asia/Shanghai'?",
        ),
        ("pacing: {cap: low}", "1:15: pacing.cap: 'low' is no share, expected a share such as 3 % or 0.03"),
        ("pacing: {max_lines: 0}", "1:21: pacing.max_lines: '0' is not possible, expected at least 1"),
        ("pacing: {max_lines: many}", "1:21: pacing.max_lines: 'many' is not possible, expected a whole number"),
        (
            "pacing: {max_lines_per_agent: nan}",
            "1:31: pacing.max_lines_per_agent: 'nan' is not possible, expected a number",
        ),
        ("pacing: fast", "1:9: pacing: 'fast' is not possible, expected settings of its own, `name: value`"),
        (
            "pacing: {counted_from: zzz}",
            "1:24: pacing.counted_from: 'zzz' is not possible, expected connect or greeting",
        ),
        (
            "pacing: {counted_from: connect}\nmachines: {detect: true}",
            f"2:20: machines.detect: {DETECTION}",
        ),
        ("machines: {detect: maybe}", "1:20: machines.detect: 'maybe' is not possible, expected true or false"),
        ("machines: true", "1:11: machines: 'true' is not possible, expected settings of its own, `name: value`"),
        (
            "machines: {then: agent}",
            "1:18: machines.then: agent has no meaning where no machines are detected, expected detect: true",
        ),
        (
            "machines: {detect: true, then: listen}",
            "1:32: machines.then: 'listen' is not possible, expected hang_up, message or agent",
        ),
        (
            "machines: {detect: true, then: message}",
            "1:32: machines.then: message says not which one, expected `message` beside it, such as waihu/machine",
        ),
        (
            "machines: {detect: true, message: waihu/machine}",
            "1:35: machines.message: is never left, expected then: message",
        ),
        (
            "machines: {detect: true, then: message, message: {say: Hello}}",
            (
                "1:41: machines.message: {'say': 'Hello'} is no message, expected a sound such as waihu/machine, or a "
                "text such as {say: Please call us, language: en}"
            ),
        ),
        (
            "machines: {detect: true, then: message, message: {say: Hello, language: English}}",
            "1:41: machines.message: 'English' is no language, expected one such as zh, en or en_GB",
        ),
        ("machines: {sample: all}", "1:20: machines.sample: 'all' is no share, expected a share such as 3 % or 0.03"),
        (
            "machines: {most_length: 4s}",
            "1:25: machines.most_length: leaves no time for greeting and message, expected at least 5000ms",
        ),
        (
            "machines: {settings: {total_analysis: 800ms}}",
            (
                "1:39: machines.settings.total_analysis: is not longer than after_greeting_silence, so that nobody "
                "could be found to be a person, expected more than 800ms"
            ),
        ),
        (
            "machines: {settings: {maximum_words: 0}}",
            "1:38: machines.settings.maximum_words: '0' is not possible, expected at least 1",
        ),
        (
            "machines: {settings: {silence_threshold: 40000}}",
            "1:42: machines.settings.silence_threshold: '40000' is not possible, expected at most 32767",
        ),
        (
            "dispositions:\n  a: {key: 1}\n  b: {key: 1}",
            "3:12: dispositions.b.key: key 1 is taken by a, expected another one of 0-9",
        ),
        ("dispositions: {a: {key: 12}}", "1:25: dispositions.a.key: '12' is not a key of the phone: one of 0-9"),
        ("dispositions: {a: {label: x}}", "1:16: dispositions.a.key: is missing"),
        (
            "dispositions: {a: {key: 1, flags: [sucess]}}",
            "1:36: dispositions.a.flags[0]: 'sucess' is not possible, did you mean 'success'?",
        ),
        (
            "dispositions: {a: {key: 1, flags: [success, refuse]}}",
            "1:28: dispositions.a.flags: says success and refuse at once, expected one of them",
        ),
        (
            'dispositions: {a: {key: 1, label: "x\\ny"}}',
            "1:35: dispositions.a.label: 'x\\ny' is not one line of at most 200 characters",
        ),
        (
            "default_disposition: sael\ndispositions: {sale: {key: 1}}",
            "1:22: default_disposition: 'sael' is no disposition of this campaign, did you mean 'sale'?",
        ),
        (
            "retry: {rules: {no_anser: 3h}}",
            "1:27: retry.rules.no_anser: 'no_anser' is no disposition, did you mean 'no_answer'?",
        ),
        (
            "dispositions: {sale: {key: 1, flags: [success]}}\nretry: {rules: {sale: 3h}}",
            "2:23: retry.rules.sale: can never apply, sale ends the lead by its flag success",
        ),
        ("retry: {rules: {busy: soon}}", f"1:23: retry.rules.busy.after: 'soon' is no duration, {DURATION}, or never"),
        ("retry: {rules: {busy: {times: 2}}}", "1:17: retry.rules.busy.after: is missing"),
        (
            "retry: {rules: {busy: {after: never, times: 2}}}",
            "1:45: retry.rules.busy.times: has no meaning after never, expected a duration in `after`, or no times",
        ),
        (
            "retry: {rules: {busy: {after: 1h, times: 0}}}",
            "1:42: retry.rules.busy.times: '0' is not possible, expected at least 1",
        ),
        (
            'safe_harbour_message: "a&b"',
            "1:23: safe_harbour_message: 'a&b' is not a sound's name without ending: custom/sorry",
        ),
        ("time_zone: Asia/Shangai", "1:12: time_zone: 'Asia/Shangai' is no time zone, did you mean 'Asia/Shanghai'?"),
        (
            "name: a b",
            "1:7: name: 'a b' is not a name: letters of any script, digits, _ . and -, at most 64",
        ),
    ],
)
def test_each_mistake_is_told_at_its_line(campaign_mistakes: Mistakes, lines: str, expected: str) -> None:
    assert campaign_mistakes(lines) == [expected]


def test_what_is_missing_is_named(campaign_file: Path, campaign_mistakes: Mistakes) -> None:
    without = CAMPAIGN.replace("mode: predictive\n", "").replace("trunks: [main]\n", "")
    assert campaign_mistakes("") == []
    campaign_file.write_text(without, encoding="utf-8")
    with pytest.raises(Exception, match=r"spring.yaml:1: mode: is missing\n.*spring.yaml:1: trunks: is missing"):
        load_campaign(campaign_file, None)


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_its_lines(campaign_mistakes: Mistakes) -> None:
    found = campaign_mistakes(
        """\
        mode: eager
        wrap_up: 3
        lists: []
        hours: {mon: "20:00-08:00", tue: "9-5"}
        colour: red
        retry: {rules: {rude: 1h}, max_attempts: 0}
        """
    )
    assert [mistake.split(": ")[1] for mistake in found] == [
        "mode",
        "wrap_up",
        "lists",
        "hours.mon",
        "hours.tue",
        "colour",
        "retry.max_attempts",
    ]


def test_without_a_site_its_names_are_not_looked_up(campaign_file: Path) -> None:
    campaign_file.write_text(CAMPAIGN.replace("[main]", "[elsewhere]"), encoding="utf-8")
    (trunk,) = load_campaign(campaign_file, None).trunks
    assert (trunk.name, trunk.dial) == ("elsewhere", "PJSIP/{number}@elsewhere")
