"""What Waihu says to agents: one word for each phrase, and the sounds that say it in each language.

A phrase is a whole sentence, and what goes with it (the label of a reason, a number) is a piece of its own: no grammar
is put together from words. Where nothing is spoken, sounds that come with Asterisk stand in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LANGUAGES = ("en", "zh")
"""In which there is a book of phrases (agi/phrases)."""
DEFAULT_LANGUAGE = "en"


class Phrase(StrEnum):
    """What can be said."""

    # Confirmations.
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LOGGED_OUT_AFTER = "logged_out_after"
    READY = "ready"
    PAUSED = "paused"
    PAUSED_AFTER = "paused_after"
    NOTED = "noted"
    RECORDS = "records"
    RECORDING_PAUSED = "recording_paused"
    RECORDING_FAILED = "recording_failed"
    DIALLING = "dialling"
    PASSED_BY = "passed_by"
    CALLBACK_AFTER = "callback_after"
    DO_NOT_CALL = "do_not_call"
    TAKEN_FOR_MACHINE = "taken_for_machine"
    ON_HOLD = "on_hold"
    CALLING_THIRD = "calling_third"
    THREE_WAY = "three_way"
    COLLEAGUE_ASKS = "colleague_asks"
    CUSTOMER_COMES_FROM = "customer_comes_from"
    COLLEAGUE_AWAY = "colleague_away"
    COLLEAGUE_PAUSED = "colleague_paused"
    COLLEAGUE_BUSY = "colleague_busy"
    REFUSED = "refused"
    NO_CUSTOMER = "no_customer"
    NOT_TO_BE_CALLED = "not_to_be_called"
    NOT_LOOKED_UP = "not_looked_up"
    UNKNOWN_KEY = "unknown_key"
    # The menu.
    MENU = "menu"
    CHOOSE_READY = "choose_ready"
    CHOOSE_PAUSE = "choose_pause"
    CHOOSE_DISPOSITION = "choose_disposition"
    CHOOSE_CALLBACK = "choose_callback"
    CHOOSE_DO_NOT_CALL = "choose_do_not_call"
    CHOOSE_STATE = "choose_state"
    CHOOSE_LANGUAGE = "choose_language"
    CHOOSE_AGAIN = "choose_again"
    CHOOSE_LOG_OUT = "choose_log_out"
    CHOOSE_LEAVE = "choose_leave"
    WHICH_REASON = "which_reason"
    WHICH_DISPOSITION = "which_disposition"
    PRESS = "press"
    SURE_DO_NOT_CALL = "sure_do_not_call"
    LEFT_AS_IT_WAS = "left_as_it_was"
    MENU_LEFT = "menu_left"
    YOU_WERE_READY = "you_were_ready"
    YOU_ARE_PAUSED = "you_are_paused"
    YOU_WRAP_UP = "you_wrap_up"
    CALLS_TODAY = "calls_today"
    MINUTES_TODAY = "minutes_today"
    FIGURES_MISSING = "figures_missing"
    THIS_LANGUAGE = "this_language"
    # The callback.
    WHOSE_CALLBACK = "whose_callback"
    WHICH_DAY = "which_day"
    WHICH_TIME = "which_time"
    CUSTOMERS_CLOCK = "customers_clock"
    NO_SUCH_DAY = "no_such_day"
    NO_SUCH_TIME = "no_such_time"
    SKIPPED_TIME = "skipped_time"
    PAST = "past"
    MOVED = "moved"
    CALLBACK_ON = "callback_on"
    BY_YOU = "by_you"
    BY_ANYONE = "by_anyone"
    RIGHT_OR_AGAIN = "right_or_again"
    CALLBACK_KEPT = "callback_kept"
    CALLBACK_REFUSED = "callback_refused"
    NO_CALLBACK = "no_callback"
    # The offer.
    OFFER = "offer"
    ATTEMPTS = "attempts"
    IS_CALLBACK = "is_callback"
    DIAL_OR_NOT = "dial_or_not"


GOOD, TWICE, BAD = "beep", "beep&beep", "beeperr"
STOCK: Mapping[Phrase, str] = dict.fromkeys(Phrase, GOOD) | {
    Phrase.LOGGED_IN: "agent-loginok",
    Phrase.LOGGED_OUT: "agent-loggedoff",
    Phrase.LOGGED_OUT_AFTER: TWICE,
    Phrase.PAUSED: TWICE,
    Phrase.PAUSED_AFTER: TWICE,
    Phrase.RECORDING_PAUSED: TWICE,
    Phrase.RECORDING_FAILED: BAD,
    Phrase.DIALLING: "calling",
    Phrase.PASSED_BY: "cancelled",
    Phrase.DO_NOT_CALL: TWICE,
    Phrase.TAKEN_FOR_MACHINE: "beep&beep&beep",
    # The ear tells enough where nothing is spoken.
    Phrase.ON_HOLD: "",
    Phrase.CALLING_THIRD: "",
    Phrase.THREE_WAY: "",
    Phrase.COLLEAGUE_AWAY: BAD,
    Phrase.COLLEAGUE_PAUSED: BAD,
    Phrase.COLLEAGUE_BUSY: BAD,
    Phrase.REFUSED: BAD,
    Phrase.NO_CUSTOMER: BAD,
    Phrase.NOT_TO_BE_CALLED: BAD,
    Phrase.NOT_LOOKED_UP: BAD,
    Phrase.UNKNOWN_KEY: "pm-invalid-option",
    Phrase.CHOOSE_READY: "activated&vm-press&digits/1",
    Phrase.CHOOSE_PAUSE: "de-activated&vm-press&digits/2",
    Phrase.CHOOSE_AGAIN: "vm-repeat",
    Phrase.CHOOSE_LOG_OUT: "goodbye&vm-press&digits/9",
    Phrase.PRESS: "vm-press",
    Phrase.SURE_DO_NOT_CALL: "if-correct-press&digits/1",
    Phrase.MENU_LEFT: TWICE,
    Phrase.FIGURES_MISSING: BAD,
    Phrase.WHICH_DAY: "digits/today&digits/tomorrow",
    Phrase.WHICH_TIME: "time",
    Phrase.NO_SUCH_DAY: "pm-invalid-option",
    Phrase.NO_SUCH_TIME: "pm-invalid-option",
    Phrase.SKIPPED_TIME: "pm-invalid-option",
    Phrase.PAST: "pm-invalid-option",
    Phrase.MOVED: TWICE,
    Phrase.CALLBACK_REFUSED: BAD,
    Phrase.NO_CALLBACK: "cancelled",
    Phrase.RIGHT_OR_AGAIN: "if-correct-press&digits/1",
}
"""Sounds that come with Asterisk, joined by ampersands where there are several; empty: nothing is heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPhrases:
    """The sounds of one language."""

    phrases: Mapping[Phrase, str] = field(default_factory=lambda: STOCK)
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the site's files call reasons and dispositions, by the text."""

    def sound(self, phrase: Phrase, *labels: str) -> str:
        """What Asterisk plays for a phrase and what goes with it; a label that is not spoken is left out."""
        sounds = [self.phrases[phrase], *(self.labels[label] for label in labels if label in self.labels)]
        return "&".join(filter(None, sounds))


IN_STOCK = SpokenPhrases()
"""Where nothing is spoken."""
