"""How an attempt ended: from what is known of it to its disposition. Pure, and decided once, after the hang-up.

Theory. Asterisk answers an originate with a `Reason` that does not tell a busy phone from a dead number, so the
verdict is taken from the hang-up: the final SIP status of the far end (RFC 3261 §21, RFC 3398 §8 for its relation to
Q.850), the ITU-T Q.850 cause, and Asterisk's DIALSTATUS, the finer word first. 401 and 407 for one have the cause of
a rejected call, but speak of our credentials and not of the customer.

Two endings look alike on the wire. When the ring time is over Asterisk itself ends the call: there is no DialEnd, and
the hang-up carries cause 19 and "480" though no such answer came. The same is seen when the trunk's far end is not
there at all and never answered our INVITE. Only the first of them is a phone that nobody picked up, and only there
something rang (or played early media) before; so an ending without a final answer of the far end and without a ring
is `failed`: it says something of the trunk and nothing of the customer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from dialer.core.detection import Truth
from dialer.core.found import LastWord
from dialer.core.words import Disposition, MachineVerdict


class Known(Protocol):
    """What is known of an attempt that is over. The fields mean what they mean in `dialer.core.live_call.Call`."""

    @property
    def ringing_at(self) -> datetime | None: ...
    @property
    def answered_at(self) -> datetime | None: ...
    @property
    def bridged_at(self) -> datetime | None: ...
    @property
    def verdict(self) -> MachineVerdict: ...
    @property
    def truth(self) -> Truth | None: ...
    @property
    def message_played(self) -> bool: ...
    @property
    def called_off(self) -> bool:
        """We ended it before anything came of it."""
        ...

    @property
    def dial_status(self) -> str | None:
        """None when Asterisk reported no end of dialling, "REFUSED" when it made no channel."""
        ...

    @property
    def cause(self) -> int | None: ...
    @property
    def sip_code(self) -> int | None: ...


BY_VERDICT = {
    MachineVerdict.MACHINE: Disposition.MACHINE,
    MachineVerdict.FAX: Disposition.FAX,
    MachineVerdict.SILENCE: Disposition.DEAD_AIR,
}

NO_ROUTE = (2, 3)
"""Q.850: no route to the network, to the destination. RFC 3398 turns both into 404 as well, but here a network does
not know the way; nothing is said of the number."""

BY_SIP_CODE = {
    401: Disposition.FAILED,
    403: Disposition.REJECTED,
    404: Disposition.INVALID_NUMBER,
    407: Disposition.FAILED,
    408: Disposition.NO_ANSWER,
    410: Disposition.INVALID_NUMBER,
    480: Disposition.NO_ANSWER,
    484: Disposition.INVALID_NUMBER,
    485: Disposition.INVALID_NUMBER,
    486: Disposition.BUSY,
    487: Disposition.NO_ANSWER,
    500: Disposition.CONGESTION,
    502: Disposition.CONGESTION,
    503: Disposition.CONGESTION,
    504: Disposition.CONGESTION,
    600: Disposition.BUSY,
    603: Disposition.REJECTED,
    604: Disposition.INVALID_NUMBER,
    607: Disposition.REJECTED,
    608: Disposition.REJECTED,
}
"""Final SIP statuses (RFC 3261 §21; 607 RFC 8197, 608 RFC 8688) that say something of the customer or of the way."""

BY_CAUSE = {
    1: Disposition.INVALID_NUMBER,
    17: Disposition.BUSY,
    18: Disposition.NO_ANSWER,
    19: Disposition.NO_ANSWER,
    20: Disposition.NO_ANSWER,
    21: Disposition.REJECTED,
    22: Disposition.INVALID_NUMBER,
    28: Disposition.INVALID_NUMBER,
    34: Disposition.CONGESTION,
    38: Disposition.CONGESTION,
    41: Disposition.CONGESTION,
    42: Disposition.CONGESTION,
    44: Disposition.CONGESTION,
}
"""Q.850 causes: 1 unallocated, 17 busy, 18 no user responding, 19 alerting, 20 subscriber absent, 21 rejected,
22 number changed, 28 number incomplete, 34 no circuit, 38 network out of order, 41 temporary failure, 42 switch
congested, 44 circuit not to be had."""

BY_DIAL_STATUS = {
    "BUSY": Disposition.BUSY,
    "CONGESTION": Disposition.CONGESTION,
    "NOANSWER": Disposition.NO_ANSWER,
}
"""Asterisk's DIALSTATUS; a Local channel has nothing else to tell (its cause is 0)."""

LET_GO = "LET_GO"
"""Our own DIALSTATUS: it rang as long as the law wants, and we let it go before anybody answered."""
FAR_END_SAID_NO = frozenset({"BUSY", "CONGESTION"})
DEAD_CAUSES = frozenset({1, 22, 28})
DEAD_SIP_CODES = frozenset({404, 410, 484, 604})


def disposition_of(known: Known) -> Disposition:
    """The one disposition of an attempt that is over.

    A person who picked up and was never joined with an agent is `abandoned`, whether the safe-harbour message played,
    the person went away first, or we called the attempt off: what counts is that somebody answered for nothing.
    What detection says stands until somebody says that it is a person, though an agent talked with it.
    """
    if known.verdict in BY_VERDICT and known.truth is not Truth.PERSON:
        return BY_VERDICT[known.verdict]
    if known.bridged_at is not None:
        return Disposition.ANSWERED
    if known.answered_at is not None or known.message_played:
        return Disposition.ABANDONED
    if known.called_off and known.dial_status not in FAR_END_SAID_NO:
        return Disposition.CANCELLED
    if known.dial_status == LET_GO:
        return Disposition.NO_ANSWER
    return _unanswered(known.dial_status, known.cause, known.sip_code, rang=known.ringing_at is not None)


def disposition_of_last_word(word: LastWord) -> Disposition:
    """The same from what Asterisk's black box kept of a call that ended unseen.

    The box does not know whether it rang, so a call without an answer is held to have rung.
    """
    if word.verdict in BY_VERDICT:
        return BY_VERDICT[word.verdict]
    if word.bridged:
        return Disposition.ANSWERED
    if word.answered_at is not None or word.message_played:
        return Disposition.ABANDONED
    return _unanswered(word.dial_status or None, word.cause, word.sip_code, rang=True)


def number_is_dead(disposition: Disposition, cause: int | None, sip_code: int | None) -> bool:
    """Whether the number, as it was dialled, can reach nobody: unallocated, changed or incomplete.

    That is Q.850 cause 1, 22 or 28, which RFC 3398 §7.2.4.1 equates with SIP 404, 410 and 484, and SIP 604. An
    ambiguous address (485) is invalid, yet may be somebody's; a missing route (causes 2 and 3) says nothing of it.
    """
    if disposition is not Disposition.INVALID_NUMBER or cause in NO_ROUTE:
        return False
    return sip_code in DEAD_SIP_CODES if sip_code is not None else cause in DEAD_CAUSES


def _unanswered(dial_status: str | None, cause: int | None, sip_code: int | None, *, rang: bool) -> Disposition:
    if cause in NO_ROUTE:
        return Disposition.FAILED
    verdict: Disposition | None
    if sip_code is not None:
        verdict = BY_SIP_CODE.get(sip_code)
    elif cause:
        verdict = BY_CAUSE.get(cause)
    else:
        verdict = BY_DIAL_STATUS.get(dial_status or "")
    # 408 is also what Asterisk's own SIP timers make of an INVITE that nobody answered (RFC 3261 §17.1.1.2).
    far_end_spoke = dial_status is not None and sip_code != 408
    if verdict is Disposition.NO_ANSWER and not rang and not far_end_spoke:
        return Disposition.FAILED
    return verdict or Disposition.FAILED
