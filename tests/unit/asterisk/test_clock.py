"""Asterisk's clock against ours: the quickest ping is believed."""

from dialer.asterisk.clock import KEPT_PINGS, AsteriskClock


def test_before_any_ping_the_clocks_are_held_to_agree() -> None:
    assert AsteriskClock().offset_seconds == 0.0


def test_the_middle_of_a_ping_is_compared() -> None:
    clock = AsteriskClock()
    clock.observe(sent=1000.0, heard=1000.4, asterisk=990.2)
    assert clock.offset_seconds == 10.0
    assert clock.theirs(2000.0) == 1990.0


def test_the_least_round_trip_wins() -> None:
    clock = AsteriskClock()
    clock.observe(sent=1000.0, heard=1000.002, asterisk=1000.001)
    clock.observe(sent=1010.0, heard=1014.0, asterisk=1010.0)
    assert abs(clock.offset_seconds) < 1e-6


def test_old_pings_are_forgotten() -> None:
    clock = AsteriskClock()
    clock.observe(sent=1000.0, heard=1000.001, asterisk=900.0)
    for n in range(KEPT_PINGS):
        clock.observe(sent=2000.0 + n, heard=2000.5 + n, asterisk=1999.25 + n)
    assert clock.offset_seconds == 1.0


def test_another_asterisk_begins_anew() -> None:
    clock = AsteriskClock()
    clock.observe(sent=1000.0, heard=1000.001, asterisk=900.0)
    clock.forget()
    assert clock.offset_seconds > 99
    clock.observe(sent=1000.0, heard=1002.0, asterisk=1001.0)
    assert clock.offset_seconds == 0.0
