"""dialer.core.policy: the few questions that policies answer."""

from dialer.core.words import TeamName
from tests.factories import ANNA, BEN, NOT_NOW, SALE, make_policy, make_profile


def test_dispositions_by_key_and_by_name() -> None:
    policy = make_policy()
    assert (policy.choices.disposition_for("1"), policy.choices.disposition_for("9")) == (SALE, None)
    assert (policy.disposition_named("not_now"), policy.disposition_named("1")) == (NOT_NOW, None)


def test_who_serves_a_campaign() -> None:
    anna = make_profile(ANNA)
    assert anna.serves(make_policy())
    assert not anna.serves(make_policy(teams=frozenset({TeamName("others")})))
    assert anna.serves(make_policy(teams=frozenset(), agents=frozenset({ANNA})))
    assert not anna.serves(make_policy(teams=frozenset(), agents=frozenset({BEN})))
    assert not make_profile(ANNA, teams=frozenset()).serves(make_policy())
