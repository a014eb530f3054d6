"""What a site file says about supervisors."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.config.load import load_site
from dialer.core.policy import SUPERVISION_KEYS, SupervisorProfile
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.words import CampaignName, SupervisorNumber, TeamName
from tests.unit.config.conftest import SITE, Mistakes


def test_supervisors_and_keys_arrive(site_file: Path) -> None:
    site_file.write_text(
        SITE
        + """\
supervisors:
  9001: {name: 陈静, phone: PJSIP/9001, teams: [sales, support]}
  9002: {name: Ōe, campaigns: [spring]}
supervision_keys: {7: listen, 0: end_call}
""",
        encoding="utf-8",
    )
    policy = load_site(site_file, {}).policy
    chen, oe = SupervisorNumber("9001"), SupervisorNumber("9002")
    assert policy.supervisors == {
        chen: SupervisorProfile(
            number=chen, name="陈静", phone="PJSIP/9001", teams=frozenset({TeamName("sales"), TeamName("support")})
        ),
        oe: SupervisorProfile(number=oe, name="Ōe", campaigns=frozenset({CampaignName("spring")})),
    }
    assert policy.supervision_keys == {"7": SupervisionOrder.LISTEN, "0": SupervisionOrder.END_CALL}


def test_a_site_that_says_nothing_has_none(site_file: Path) -> None:
    policy = load_site(site_file, {}).policy
    assert policy.supervisors == {}
    assert policy.supervision_keys == SUPERVISION_KEYS


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("supervisors: {1001: {name: B, teams: [x]}}", "is an agent's number too, expected one of nobody else"),
        ("supervisors: {9001: {name: B}}", "neither teams nor campaigns are given"),
        ("supervisors: {boss: {name: B, teams: [x]}}", "'boss' is not an agent's number"),
        ("supervisors: {9001: {name: B, team: x, teams: [x]}}", "is no setting here, did you mean 'teams'?"),
        ("supervision_keys: {1: lisen}", "'lisen' is not possible, did you mean 'listen'?"),
        ("supervision_keys: {3: pause_recording}", "has keys of its own, expected another order"),
        ("supervision_keys: {12: next}", "'12' is not a key of the phone"),
    ],
)
def test_mistakes(site_file: Path, site_mistakes: Mistakes, line: str, said: str) -> None:
    (found,) = site_mistakes(SITE + line + "\n")
    assert said in found
