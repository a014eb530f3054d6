"""dialer.core.directory: whom the digits mean that an agent keys."""

from dataclasses import replace

import pytest

from dialer.core.calling_out import Target
from dialer.core.directory import look_up
from tests.talks import BILLING, OUT, TRANSFERS, site_with_directory

SITE = site_with_directory()


def test_a_short_number_is_somebody_of_the_directory() -> None:
    assert look_up(SITE, BILLING) == Target(name="7010 账务 Billing", dial="PJSIP/billing")


@pytest.mark.parametrize("digits", ["01065550100", "00861065550100"])
def test_any_other_is_a_number_as_one_dials_it_in_the_sites_country(digits: str) -> None:
    assert look_up(SITE, digits) == Target(
        name="+861065550100", dial="PJSIP/861065550100@out", trunk=OUT.name, caller_id="+862150000001"
    )


def test_the_trunk_says_how_it_wants_the_number() -> None:
    transfers = replace(TRANSFERS, dial="PJSIP/{national}-{e164}@out")
    found = look_up(replace(SITE, transfers=transfers), "13800138000")
    assert isinstance(found, Target)
    assert found.dial == "PJSIP/13800138000-+8613800138000@out"


@pytest.mark.parametrize("digits", ["", "7", "110110110", "99999999999999999999"])
def test_who_is_nobody_is_refused_with_a_reason(digits: str) -> None:
    said = look_up(SITE, digits)
    assert isinstance(said, str)
    assert (digits or "nothing") in said
    assert "CN" in said


def test_nobody_calls_out_where_the_site_does_not_say_so() -> None:
    said = look_up(replace(SITE, transfers=None), "01065550100")
    assert isinstance(said, str)
    assert "`transfers`" in said
