"""`waihu compliance`."""

from dialer.cli.compliance import NO_ADVICE
from tests.unit.cli.conftest import Waihu


def test_it_lists_the_presets(waihu: Waihu) -> None:
    result = waihu("compliance")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[:7]] == ["ca-crtc", "cn", "de", "fr", "uk-ofcom", "us-fcc", "us-tsr"]
    assert lines[-1] == NO_ADVICE


def test_it_shows_one_with_its_sources(waihu: Waihu) -> None:
    result = waihu("compliance", "fr")
    assert result.exit_code == 0
    for line in (
        "  hours: mon-fri 10:00-13:00 and 14:00-20:00  [decree]",
        "  retry.max_attempts_a_month: 4  [decree]",
        "  [decree] Code de la consommation, article D. 223-9 (décret n° 2022-1313 du 13 octobre 2022)",
        "      https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000046421823",
        "      looked up on 2026-11-22 in a copy of the page",
        NO_ADVICE,
    ):
        assert line in result.stdout.splitlines()


def test_it_says_which_figures_nobody_looked_up(waihu: Waihu) -> None:
    assert "not looked up for this preset: look before you rely on it" in waihu("compliance", "ca-crtc").stdout
    assert "not looked up" not in waihu("compliance", "us-tsr").stdout


def test_of_an_unknown_one_it_says_which_there_are(waihu: Waihu) -> None:
    result = waihu("compliance", "us-tcr")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'us-tcr' is no compliance preset, did you mean 'us-tsr'?" in " ".join(result.stderr.split())
