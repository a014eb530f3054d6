"""dialer.core.phrases: what is said, and what stands in for it."""

from dialer.core.phrases import IN_STOCK, STOCK, Phrase, SpokenPhrases


def test_every_phrase_has_a_sound_in_stock() -> None:
    assert set(STOCK) == set(Phrase)


def test_where_the_ear_tells_enough_nothing_is_heard() -> None:
    assert IN_STOCK.sound(Phrase.ON_HOLD) == ""


def test_a_label_is_a_piece_of_its_own() -> None:
    spoken = SpokenPhrases(phrases={Phrase.PAUSED: "/speech/1"}, labels={"午饭": "/speech/2"})
    assert spoken.sound(Phrase.PAUSED, "午饭") == "/speech/1&/speech/2"
    assert spoken.sound(Phrase.PAUSED) == "/speech/1"


def test_what_is_not_spoken_is_left_out() -> None:
    assert IN_STOCK.sound(Phrase.PAUSED, "午饭") == STOCK[Phrase.PAUSED]
