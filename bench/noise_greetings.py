"""What people and machines might say, as bursts of noise as long and as far apart as words are."""

from __future__ import annotations

import numpy as np

from bench.spoken_greetings import Greeting, Pieces
from tests.asterisk.greetings import silence, word, words


def hello(chance: np.random.Generator) -> Pieces:
    seed = int(chance.integers(100_000))
    return [word(chance.uniform(0.3, 0.6), seed)]


def hello_hello(chance: np.random.Generator) -> Pieces:
    seed = int(chance.integers(100_000))
    return [word(0.45, seed), silence(chance.uniform(0.9, 1.5)), word(0.45, seed + 1), silence(0.2)]


def name(chance: np.random.Generator) -> Pieces:
    """Two words and a name: 1 to 1.4 s."""
    seed = int(chance.integers(100_000))
    return [words(chance.uniform(1.0, 1.4), seed)]


def firm(chance: np.random.Generator) -> Pieces:
    """The firm, the name, and what can be done for you: 2 to 3.5 s."""
    seed = int(chance.integers(100_000))
    return [words(chance.uniform(2.0, 3.5), seed)]


def noisy(chance: np.random.Generator) -> Pieces:
    """Hello in a street: noise of a mean of about 500 all the time."""
    seed = int(chance.integers(100_000))
    noise = np.random.default_rng(seed).normal(scale=620, size=8000 * 6)
    said = np.concatenate([silence(0.5), word(0.5, seed)])
    noise[: len(said)] += said
    return [noise]


def late(chance: np.random.Generator) -> Pieces:
    """Says nothing for 2.6 to 3.5 s: takes the phone to the ear first."""
    seed = int(chance.integers(100_000))
    return [silence(chance.uniform(2.6, 3.5)), word(0.5, seed)]


def greeting(chance: np.random.Generator) -> Pieces:
    seed = int(chance.integers(100_000))
    return [words(chance.uniform(4.0, 9.0), seed)]


def slow_greeting(chance: np.random.Generator) -> Pieces:
    """A short sentence, a second of thinking, the rest of it."""
    seed = int(chance.integers(100_000))
    pause = silence(chance.uniform(0.9, 1.3))
    return [words(chance.uniform(0.7, 1.3), seed), pause, words(5.0, seed + 1)]


PEOPLE: dict[str, Greeting] = {
    "hello": hello,
    "hello … hello": hello_hello,
    "hello and a name": name,
    "a firm's greeting": firm,
    "hello in noise": noisy,
    "speaks late": late,
}
MACHINES: dict[str, Greeting] = {"greeting": greeting, "greeting with a pause": slow_greeting}
