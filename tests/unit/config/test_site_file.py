"""What a site file says, and what it may not say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dialer.config.load import load_site
from dialer.config.settings import AgiSettings, InboundSettings, SpeechSettings
from dialer.core.calling_out import CallingOut, Target
from dialer.core.policy import AgentProfile, OnHook, PauseReason, Trunk
from dialer.core.words import AgentNumber, TeamName, TrunkName
from tests.unit.config.conftest import SITE, Mistakes

TRUNKS = 'trunks: {main: "PJSIP/{number}@carrier"}\n'


def test_everything_that_is_said_arrives(site_file: Path) -> None:
    site_file.write_text(
        SITE
        + """\
asterisk: {host: 127.0.0.9, port: 5039, user: dialler}
web: {host: 127.0.0.8, port: 0}
agi: {host: 127.0.0.7, port: 4574, max_calls: 20, max_call_time: 1h}
inbound: {files: i/*.yml, recordings: /var/spool/waihu}
speech: {command: "say '-o x' -f {file}", voices: {zh: cmn}, folder: spoken}
log: {format: json, level: warning}
sounds: {safe_harbour: custom/sorry, agent_beep: }
pause_reasons: {lunch: {key: 1, label: 午餐}, break: {key: 2}}
pins_file: secrets/pins
campaigns: c/*.yml
""",
        encoding="utf-8",
    )
    site = load_site(site_file, {})
    assert site.trunks == {
        "main": Trunk(name=TrunkName("main"), dial="PJSIP/{number}@carrier"),
        "backup": Trunk(name=TrunkName("backup"), dial="PJSIP/{e164}@backup", max_lines=30),
    }
    assert site.policy.agents["1001"] == AgentProfile(  # type: ignore[index]
        number=AgentNumber("1001"), name="李娜", phone="PJSIP/1001", teams=frozenset({TeamName("sales")})
    )
    assert site.policy.pause_reasons == (
        PauseReason(name="lunch", label="午餐", digit="1"),
        PauseReason(name="break", label="break", digit="2"),
    )
    assert (site.asterisk.host, site.asterisk.port, site.asterisk.user) == ("127.0.0.9", 5039, "dialler")
    assert (site.web.host, site.web.port) == ("127.0.0.8", 0)
    assert site.inbound == InboundSettings(files="i/*.yml", recordings="/var/spool/waihu")
    assert site.speech == SpeechSettings(
        command=("say", "-o x", "-f", "{file}"), voices={"zh": "cmn"}, folder=site_file.parent / "spoken"
    )
    assert site.agi == AgiSettings(host="127.0.0.7", port=4574, max_calls=20, max_call_time=timedelta(hours=1))
    assert (site.log.format, site.log.level) == ("json", "warning")
    assert (site.sounds.safe_harbour, site.sounds.agent_beep) == ("custom/sorry", "")
    assert site.pins_file == site_file.parent / "secrets" / "pins"
    assert site.campaigns == "c/*.yml"


def test_what_is_left_out_stays_on_this_machine(site_file: Path) -> None:
    site = load_site(site_file, {})
    assert (site.asterisk.host, site.asterisk.port, site.asterisk.secret) == ("127.0.0.1", 5038, None)
    assert (site.web.host, site.web.port) == ("127.0.0.1", 9480)
    assert (site.agi.host, site.agi.port) == ("127.0.0.1", 4573)
    assert site.inbound == InboundSettings(files="inbound/*.yaml", recordings=None)
    assert site.speech.command == ("espeak-ng", "-v", "{voice}", "-w", "{file}", "--stdin")
    assert site.database.url is None
    assert site.pins_file is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("asterisk: {secret: x}\n", "2:12: asterisk.secret: is no setting here, did you mean 'secret_file'?"),
        ("database: {url: x}\n", "2:12: database.url: is no setting here, expected url_file"),
        ("asterisk: {port: 99999}\n", "2:18: asterisk.port: '99999' is not possible, expected at most 65535"),
        ("log: {format: xml}\n", "2:15: log.format: 'xml' is not possible, expected console or json"),
        ("agents: {1001: {name: A, team: [x]}}\n", "2:26: agents.1001.team: is no setting here, did you mean 'teams'?"),
        (
            'speech: {command: "say {text} {file}"}\n',
            "2:19: speech.command: 'say {text} {file}' must hold {file} once and no other hole but {voice}",
        ),
        ("inbound: {recordings: messages}\n", "2:23: inbound.recordings: 'messages' is not an absolute folder"),
        ("agents: {anna: {name: A}}\n", "2:10: agents.anna: 'anna' is not an agent's number: 2 to 12 digits"),
        (
            "agents:\n  1001: {name: A}\n  1001: {name: B}\n",
            "4:3: agents.1001: is given twice, expected once; the first",
        ),
        ("agents: {1001: {}}\n", "2:10: agents.1001.name: is missing"),
        (
            "agents: {1001: {name: A, phone: 1001}}\n",
            "2:33: agents.1001.phone: '1001' is not the dial string of a phone such as PJSIP/1001",
        ),
        (
            "pause_reasons: {a: {key: 1}, b: {key: 1}}\n",
            "2:39: pause_reasons.b.key: key 1 is taken by a, expected another one of 0-9",
        ),
        (
            "directory: {x1: {name: A, phone: PJSIP/a}}\n",
            "2:13: directory.x1: 'x1' is not a short number: 1 to 12 digits",
        ),
        ("directory: {10: {name: A}}\n", "2:13: directory.10.phone: is missing"),
        (
            "transfers: {trunk: other, country: CN}\n",
            "2:20: transfers.trunk: 'other' is no trunk of this site, expected main",
        ),
        (
            "transfers: {trunk: main, country: XX}\n",
            "2:35: transfers.country: 'XX' is no country with telephone numbers",
        ),
        (
            "asterisk: {secret_file: nowhere}\n",
            "2:25: asterisk.secret_file: ",
        ),
    ],
)
def test_each_mistake_is_told_at_its_line(site_mistakes: Mistakes, lines: str, expected: str) -> None:
    (found,) = site_mistakes(TRUNKS + lines)
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("trunk", "expected"),
    [
        ("PJSIP/100@carrier", "'PJSIP/100@carrier' must hold {number}, {e164} or {national} exactly once"),
        ("PJSIP/{numbr}@carrier", "must hold {number}, {e164} or {national} exactly once"),
        ("PJSIP/{number}{e164}@carrier", "must hold {number}, {e164} or {national} exactly once"),
        ("{number}", "'{number}' is no channel of Asterisk"),
        ("PJSIP/{number}@carrier&PJSIP/1", "is no channel of Asterisk"),
        ("PJSIP/{number}@carrier\\r\\nAction: Logoff", "is no channel of Asterisk"),
    ],
)
def test_dial_strings_are_checked(site_mistakes: Mistakes, trunk: str, expected: str) -> None:
    (found,) = site_mistakes(f'trunks:\n  main: "{trunk}"\n')
    assert found.startswith("2:9: trunks.main.dial: ")
    assert expected in found


def test_a_site_needs_a_trunk(site_mistakes: Mistakes) -> None:
    assert site_mistakes("log: {level: info}\n") == ["1:1: trunks: is missing"]
    assert site_mistakes("trunks: {}\n")[0].startswith("1:1: trunks: no trunk is given, expected at least one")


def test_an_agent_on_hook_is_rung_as_the_site_says(site_file: Path) -> None:
    anna, ben = "{name: a, phone: PJSIP/1, on_hook: true}", "{name: b, phone: PJSIP/2, on_hook: true, ring: 20s}"
    agents = f"agents: {{1001: {anna}, 1002: {ben}}}"
    site_file.write_text(f"{TRUNKS}{agents}\n", encoding="utf-8")
    rung = [agent.on_hook for agent in load_site(site_file, {}).policy.agents.values()]
    assert rung == [OnHook(ring=timedelta(seconds=15)), OnHook(ring=timedelta(seconds=20))]
    site_file.write_text(f"{TRUNKS}{agents}\nafter_no_answer: ready\n", encoding="utf-8")
    rung = [agent.on_hook for agent in load_site(site_file, {}).policy.agents.values()]
    assert {agent.back_after for agent in rung if agent is not None} == {timedelta(seconds=5)}


def test_an_agent_on_hook_needs_a_phone_to_ring(site_mistakes: Mistakes) -> None:
    agents = "agents:\n  1001: {name: a}\n  1002: {name: b, on_hook: true}\n"
    assert site_mistakes(TRUNKS + agents) == [
        "4:28: agents.1002.on_hook: needs the agent's `phone`, which is rung, expected phone: such as PJSIP/1001"
    ]
    assert site_mistakes(TRUNKS + "agents: {1001: {name: a, ring: 0s}}\nafter_no_answer: x\n") == [
        "2:32: agents.1001.ring: '0s' is no time at all, expected more than 0s",
        "3:18: after_no_answer: 'x' is not possible, expected pause or ready",
    ]


def test_whom_agents_can_call_in_the_midst_of_a_talk(site_file: Path) -> None:
    assert (load_site(site_file, {}).policy.directory, load_site(site_file, {}).policy.transfers) == ({}, None)
    written = site_file.read_text(encoding="utf-8")
    site_file.write_text(
        written
        + "directory: {10: {name: 账务 Billing, phone: PJSIP/billing}}\n"
        + 'transfers: {trunk: main, country: CN, caller_id: "+86 10 6555 0100"}\n',
        encoding="utf-8",
    )
    site = load_site(site_file, {})
    assert site.policy.directory == {"10": Target(name="10 账务 Billing", dial="PJSIP/billing")}
    main = site.trunks[TrunkName("main")]
    assert site.policy.transfers == CallingOut(
        trunk=main.name, dial=main.dial, max_lines=main.max_lines, country="CN", caller_id="+861065550100"
    )
