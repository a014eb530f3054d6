"""A campaign under laws: their figures fill the gaps, and nothing looser passes."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from dialer.config.check import check_paths
from dialer.config.load import load_campaign, load_site
from dialer.config.problems import ConfigError
from dialer.core.policy import AttemptLimit, CampaignPolicy
from dialer.core.window import CalendarUnit, CalendarWindow, RollingWindow
from dialer.core.words import CountedFrom
from tests.unit.config.conftest import SITE, Mistakes

HEAD = """\
mode: predictive
lists: [spring]
trunks: [main]
caller_ids: [+861065550100]
teams: [sales]
"""
HOURS = 'hours: {mon-fri: "10:00-13:00"}\n'


def load(campaign_file: Path, more: str) -> CampaignPolicy:
    campaign_file.write_text(HEAD + more, encoding="utf-8")
    return load_campaign(campaign_file, load_site(campaign_file.parent.parent / "waihu.yaml", {}))


def test_a_laws_figures_are_the_defaults_of_the_campaign(campaign_file: Path) -> None:
    policy = load(campaign_file, "compliance: ca-crtc\ntime_zone: America/Toronto\n")
    pacing = policy.pacing
    assert pacing.drop_cap == 0.05
    assert pacing.drop_window == CalendarWindow(CalendarUnit.MONTH, "America/Toronto")
    assert (pacing.answer_limit, pacing.counted_from) == (timedelta(seconds=2), CountedFrom.CONNECT)
    assert policy.hours.windows[4] == ((time(9), time(21, 30)),)
    assert policy.hours.windows[5] == ((time(10), time(18)),)


def test_what_the_law_leaves_open_stays_as_it_is_without_one(campaign_file: Path) -> None:
    free, bound = load(campaign_file, HOURS), load(campaign_file, f"compliance: us-tsr\n{HOURS}")
    assert free == bound
    assert free.version == bound.version


def test_people_taken_for_machines_count_unless_a_campaign_without_such_a_law_says_no(campaign_file: Path) -> None:
    detect = f"{HOURS}machines: {{detect: yes%s}}\n"
    assert load(campaign_file, detect % "").machines.count_in_drop_cap
    assert not load(campaign_file, detect % ", count_in_drop_cap: no").machines.count_in_drop_cap
    assert not load(campaign_file, "compliance: de\n" + detect % ", count_in_drop_cap: no").machines.count_in_drop_cap


def test_a_campaign_may_be_stricter(campaign_file: Path) -> None:
    policy = load(
        campaign_file,
        f"compliance: uk-ofcom\n{HOURS}pacing: {{cap: 0 %, window: 12h, least_ring_time: 20s}}\n"
        "retry: {abandoned_lockout: 7d}\n",
    )
    assert (policy.pacing.drop_cap, policy.pacing.least_ring_time) == (0.0, timedelta(seconds=20))
    assert policy.pacing.drop_window == RollingWindow(timedelta(hours=12))
    assert policy.retry.abandoned_lockout == timedelta(days=7)


def test_of_several_laws_the_strictest_figure_of_each_setting_holds(campaign_file: Path) -> None:
    policy = load(campaign_file, "compliance: [us-tsr, de, uk-ofcom, fr]\n")
    assert (policy.pacing.drop_cap, policy.pacing.drop_window) == (0.01, RollingWindow(timedelta(hours=24)))
    assert policy.pacing.counted_from is CountedFrom.CONNECT
    assert policy.retry.attempt_limits == (AttemptLimit(3, timedelta(days=1)), AttemptLimit(4, timedelta(days=30)))
    assert policy.retry.abandoned_lockout == timedelta(hours=72)
    # 8 to 21 every day, 8 to 20 from Monday to Saturday, 10 to 13 and 14 to 20 from Monday to Friday.
    assert dict(policy.hours.windows) == {day: ((time(10), time(13)), (time(14), time(20))) for day in range(5)}
    # Unity in Germany, the Bastille in France.
    assert {date(2027, 10, 3), date(2027, 7, 14)} <= policy.hours.holidays


def test_hours_that_no_one_law_has_are_what_all_allow(campaign_file: Path) -> None:
    policy = load(campaign_file, "compliance: [de, ca-crtc]\n")
    assert dict(policy.hours.windows) == {
        **{day: ((time(9), time(20)),) for day in range(5)},
        5: ((time(10), time(18)),),
    }


def test_the_holidays_of_a_law_are_kept_besides_the_campaigns_own(campaign_file: Path) -> None:
    policy = load(campaign_file, "compliance: de\nholidays: {country: CN, dates: [2027-12-31]}\n")
    assert {date(2027, 12, 31), date(2027, 10, 1), date(2027, 12, 26)} <= policy.hours.holidays


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "compliance: us-tsr\npacing: {cap: 5 %}",
            ["2:15: pacing.cap: 5 % is looser than us-tsr allows, expected 3 % or stricter (16 CFR 310.4(b)(4)(i))"],
        ),
        (
            "compliance: us-tsr\npacing:\n  window: 60d",
            ["3:11: pacing.window: 60d is looser than us-tsr allows, expected 30d or stricter (16 CFR 310.4(b)(4)(i))"],
        ),
        (
            "compliance: us-tsr\npacing:\n  window: month",
            [
                (
                    "3:11: pacing.window: month is looser than us-tsr allows, expected 30d or stricter "
                    "(16 CFR 310.4(b)(4)(i))"
                )
            ],
        ),
        (
            "compliance: us-fcc\npacing: {answer_limit: 3s}",
            [
                (
                    "2:24: pacing.answer_limit: 3s is looser than us-fcc allows, expected 2s or stricter "
                    "(47 CFR 64.1200(a)(7))"
                )
            ],
        ),
        (
            "compliance: us-fcc\nmachines: {detect: true, count_in_drop_cap: false}",
            [
                (
                    "2:45: machines.count_in_drop_cap: false is looser than us-fcc allows, expected true or stricter "
                    "(47 CFR 64.1200(a)(7))"
                )
            ],
        ),
        (
            "compliance: us-tsr\npacing: {least_ring_time: 10s}",
            [
                (
                    "2:27: pacing.least_ring_time: 10s is looser than us-tsr allows, expected 15s or stricter "
                    "(16 CFR 310.4(b)(4)(ii))"
                )
            ],
        ),
        (
            'compliance: us-tsr\nhours:\n  mon-fri: "07:30-21:00"',
            [
                (
                    "2:1: hours: mon-fri 07:30-21:00 is looser than us-tsr allows, expected mon-sun 08:00-21:00 or "
                    "stricter (16 CFR 310.4(c))"
                )
            ],
        ),
        (
            "compliance: de\nretry: {max_attempts_a_day: 4}\nhours: {sat: '08:00-20:00'}",
            [
                (
                    "2:29: retry.max_attempts_a_day: 4 is looser than de allows, expected 3 or stricter "
                    "(Bundesnetzagentur, Belästigende Anrufversuche; UWG § 7(1))"
                )
            ],
        ),
        # Two laws in one place, each with its own figure.
        (
            "compliance: [us-tsr, uk-ofcom]\npacing: {cap: 4 %}",
            [
                "2:15: pacing.cap: 4 % is looser than us-tsr allows, expected 3 % or stricter (16 CFR 310.4(b)(4)(i))",
                (
                    "2:15: pacing.cap: 4 % is looser than uk-ofcom allows, expected 1 % or stricter (Ofcom, Persistent "
                    "misuse, a statement of general policy, 20 December 2016; it grants no rate, the bound is Waihu's)"
                ),
            ],
        ),
        # No window serves both.
        (
            "lists: [spring]\ncompliance: [us-tsr, ca-crtc]\nhours: {mon-fri: '10:00-12:00'}",
            [
                (
                    "2:1: compliance: no pacing.window keeps 30d (us-tsr, 16 CFR 310.4(b)(4)(i)) and month (ca-crtc, "
                    "Unsolicited Telecommunications Rules, part III, predictive dialing devices, not looked up), "
                    "expected a campaign for each"
                )
            ],
        ),
        # A figure of the law that does not agree with the rest of the file.
        (
            "compliance: uk-ofcom\npacing: {ring_time: 12s}",
            ["2:21: pacing.ring_time: is shorter than least_ring_time, expected at least 15s"],
        ),
        (
            "compliance: ca-crtc\nmachines: {detect: true}\nhours: {mon-fri: '10:00-12:00'}",
            [
                (
                    "2:20: machines.detect: listens for up to 5s of the 2s that pacing.answer_limit leaves from "
                    "connect, expected false, a shorter settings.total_analysis, or pacing.counted_from: greeting"
                )
            ],
        ),
        # Mistakes of other kinds are told as ever.
        (
            "compliance: us-tsr\npacing: fast",
            ["2:9: pacing: 'fast' is not possible, expected settings of its own, `name: value`"],
        ),
        ("compliance: us-tcr", ["1:13: compliance: 'us-tcr' is no compliance preset, did you mean 'us-tsr'?"]),
        ("compliance: [de, de]", ["1:18: compliance[1]: 'de' is given twice, expected once"]),
        (
            "compliance: [de, atlantis]",
            [
                (
                    "1:18: compliance[1]: 'atlantis' is no compliance preset, expected ca-crtc, cn, de, fr, uk-ofcom, "
                    "us-fcc or us-tsr"
                )
            ],
        ),
        (
            "compliance:",
            [
                (
                    "1:1: compliance: names no law, expected ca-crtc, cn, de, fr, uk-ofcom, us-fcc or us-tsr; leave it "
                    "out to look at none"
                )
            ],
        ),
    ],
)
def test_what_is_looser_is_refused_at_its_line(campaign_mistakes: Mistakes, lines: str, expected: list[str]) -> None:
    assert campaign_mistakes(lines) == expected


@pytest.mark.parametrize(
    ("name", "key", "loose", "theirs"),
    [
        ("uk-ofcom", "pacing.counted_from", "greeting", "connect"),
        ("uk-ofcom", "retry.abandoned_lockout", "48h", "72h"),
        ("fr", "retry.max_attempts_a_month", "5", "4"),
        ("fr", "retry.max_attempts_a_month", "", "4"),
    ],
)
def test_the_other_settings_are_refused_too(
    campaign_mistakes: Mistakes, name: str, key: str, loose: str, theirs: str
) -> None:
    section, _, setting = key.partition(".")
    hours = "hours: {mon-fri: '10:00-12:00'}"
    (mistake,) = campaign_mistakes(f"compliance: {name}\n{hours}\n{section}:\n  {setting}: {loose}")
    place, _, message = mistake.partition(f": {key}: ")
    assert place.startswith("4:")
    shown = {"": "no limit", "48h": "2d"}.get(loose, loose)
    assert message.startswith(f"{shown} is looser than {name} allows, expected {theirs} or stricter (")


def test_without_hours_in_the_law_the_campaign_must_say_them(campaign_mistakes: Mistakes, campaign_file: Path) -> None:
    campaign_file.write_text(HEAD + "compliance: uk-ofcom\n", encoding="utf-8")
    (problem,) = check_paths([campaign_file], {})
    assert (problem.key, problem.message) == ("hours", "is missing")


@pytest.mark.parametrize("law", ["ca-crtc", "de", "fr"])
def test_nobody_is_recorded_unawares(site_file: Path, campaign_file: Path, law: str) -> None:
    site_file.write_text(f"{SITE}recordings: /var/spool/waihu/recordings\n", encoding="utf-8")
    for told in ("{calls: 10 %, notice: waihu/recorded}", "on_demand", "off"):
        load(campaign_file, f'compliance: {law}\nhours: {{mon-fri: "10:00-13:00"}}\nrecording: {told}\n')
    with pytest.raises(ConfigError) as refused:
        load(campaign_file, f'compliance: {law}\nhours: {{mon-fri: "10:00-13:00"}}\nrecording: 10 %\n')
    (problem,) = refused.value.problems
    assert (problem.key, problem.line) == ("recording", HEAD.count("\n") + 3)
    assert problem.message.startswith(f"{law} lets nobody be recorded unawares, expected a notice, or calls: on_demand")


def test_check_says_file_line_and_key(campaign_file: Path) -> None:
    campaign_file.write_text(HEAD + "compliance: us-tsr\npacing:\n  cap: 4 %\n", encoding="utf-8")
    (problem,) = check_paths([campaign_file], {})
    assert str(problem) == (
        f"{campaign_file}:8: pacing.cap: 4 % is looser than us-tsr allows, expected 3 % or stricter "
        "(16 CFR 310.4(b)(4)(i))"
    )
