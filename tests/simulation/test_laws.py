"""Laws of chance: what is drawn is what `by` says."""

from __future__ import annotations

from math import exp
from random import Random
from statistics import fmean, stdev

import pytest

from dialer.simulation.laws import Constant, Exponential, Gamma, Law, LogNormal, OneOf, Within, of

DRAWN = 4000
LAWS = [
    Exponential(120.0),
    LogNormal(9.0, 0.5),
    Gamma(9.0, 0.8),
    Gamma(4.0, 0.1),
    Within(LogNormal(9.0, 0.5), 12.0),
    OneOf(((0.5, LogNormal(20.0, 0.3)), (0.3, LogNormal(240.0, 0.3)), (0.2, Exponential(60.0)))),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_drawn_as_said(law: Law) -> None:
    """Kolmogorov's distance, which exceeds 1.95/√n once in a thousand times."""
    draw = law.sampler(Random(3))  # noqa: S311 - chance, not secrecy
    drawn = sorted(draw() for _ in range(DRAWN))

    distance = max(abs(law.by(seconds) - (place + 0.5) / DRAWN) for place, seconds in enumerate(drawn))

    assert distance < 1.95 / DRAWN**0.5
    assert law.by(0.0) == 0.0
    assert law.by(1e6) == pytest.approx(1.0)


@pytest.mark.parametrize("law", [Gamma(9.0, 0.8), LogNormal(9.0, 0.8)], ids=repr)
def test_mean_and_variation(law: Law) -> None:
    draw = law.sampler(Random(1))  # noqa: S311 - chance, not secrecy
    drawn = [draw() for _ in range(20_000)]

    assert fmean(drawn) == pytest.approx(9.0, rel=0.03)
    assert stdev(drawn) / fmean(drawn) == pytest.approx(0.8, rel=0.05)


def test_gamma_of_variation_one_is_exponential() -> None:
    assert [Gamma(9.0, 1.0).by(t) for t in (0.1, 5.0, 60.0)] == pytest.approx(
        [1.0 - exp(-t / 9.0) for t in (0.1, 5.0, 60.0)]
    )


def test_the_usual_laws() -> None:
    assert of(20.0, 0.0) == Constant(20.0)
    assert of(20.0, 1.0) == Exponential(20.0)
    assert of(20.0, 0.4) == LogNormal(20.0, 0.4)
    assert Constant(20.0).sampler(Random(1))() == 20.0  # noqa: S311 - chance, not secrecy
    assert [Constant(20.0).by(t) for t in (19.9, 20.0)] == [0.0, 1.0]


def test_what_is_too_long_is_not_drawn() -> None:
    draw = Within(Exponential(9.0), 5.0).sampler(Random(1))  # noqa: S311 - chance, not secrecy

    assert max(draw() for _ in range(1000)) < 5.0
