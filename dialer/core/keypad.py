"""What an agent says with the keys of a phone.

Keys that begin with a star are orders to Waihu in every state, so that plain digits stay free for the far end's own
menus while a call is up: `*0` end the call, `*1` ready, `*2` and a reason's key pause, `*3` pause the recording, `*4`
record, `*9` log out, `*#` say the last confirmation again; in a talk `*5` hold and take back, `*6` with digits and `#`
consult, with a third there `*6` leave customer and third to each other, `*7` let all three talk, `*8` with digits and
`#` leave the customer to whoever answers there; `**1` and `**2` say of the customer that a callback is wanted, or no
call ever again, `**3` and `**4` of one taken for a machine that it is a person, or is a machine. Between calls a single
digit answers whatever is being asked: how the call went, or whether to dial the lead on offer (1) or not (2); `#` opens
the spoken menu.
"""

from __future__ import annotations

from dataclasses import replace

from dialer.core.aside_words import THIRD_IS_THERE
from dialer.core.detection import Truth
from dialer.core.directory import MOST_DIGITS
from dialer.core.events import AgentOrdered
from dialer.core.live_agent import Agent
from dialer.core.policy import Choices, SitePolicy
from dialer.core.words import AgentOrder, AgentState

ORDERS = {
    "*0": AgentOrder.END_CALL,
    "*1": AgentOrder.READY,
    "*3": AgentOrder.PAUSE_RECORDING,
    "*4": AgentOrder.RECORD,
    "*9": AgentOrder.LOG_OUT,
    "*#": AgentOrder.REPEAT,
    "**1": AgentOrder.ASK_CALLBACK,
    "**2": AgentOrder.DO_NOT_CALL,
}
HOLD = "*5"
CONSULT = "*6"
CONFERENCE = "*7"
WITH_DIGITS = {CONSULT: AgentOrder.CONSULT, "*8": AgentOrder.BLIND_TRANSFER}
END_OF_DIGITS = "#"
PAUSE = "*2"
TRUTHS = {"**3": Truth.PERSON, "**4": Truth.MACHINE}
CUSTOMER = "**"
MENU = "#"
BETWEEN_CALLS = (AgentState.READY, AgentState.PAUSED, AgentState.WRAP_UP)
ANSWERS_TO_OFFER = {"1": AgentOrder.ACCEPT, "2": AgentOrder.SKIP}


def press(agent: Agent, digit: str, choices: Choices | None, site: SitePolicy) -> tuple[Agent, AgentOrdered | None]:
    """Add one key to what the agent pressed before, and say what it means now; unknown sequences are forgotten.

    `choices` are what the agent can say of the present or last customer.
    """
    keys = agent.pending_keys + digit
    if keys.startswith("*"):
        return _starred(agent, keys, site)
    if digit == MENU and (agent.state in BETWEEN_CALLS or agent.offer is not None):
        return agent, _order(agent, AgentOrder.MENU)
    if agent.state is AgentState.RESERVED and agent.offer is not None and digit in ANSWERS_TO_OFFER:
        return agent, _order(agent, ANSWERS_TO_OFFER[digit])
    if agent.state is AgentState.WRAP_UP and choices is not None:
        chosen = choices.disposition_for(digit)
        return agent, _order(agent, AgentOrder.DISPOSE, chosen.name) if chosen else None
    return agent, None


def _starred(agent: Agent, keys: str, site: SitePolicy) -> tuple[Agent, AgentOrdered | None]:
    done = replace(agent, pending_keys="")
    # Who is keying a number when the customer hangs up does not choose a disposition by it.
    begun = len(agent.pending_keys) > len(CONSULT)
    if (agent.state is AgentState.TALKING or begun) and keys[:2] in (HOLD, CONFERENCE, *WITH_DIGITS):
        return _in_talk(agent, keys)
    if keys in ORDERS:
        return done, _order(agent, ORDERS[keys])
    if keys in ("*", PAUSE, CUSTOMER):
        return replace(agent, pending_keys=keys), None
    if keys in TRUTHS:
        return done, _order(agent, AgentOrder.VERDICT, TRUTHS[keys])
    if keys.startswith(PAUSE):
        reason = next((r.name for r in site.pause_reasons if r.digit == keys[len(PAUSE)]), "")
        return done, _order(agent, AgentOrder.PAUSE, reason)
    return done, None


def _in_talk(agent: Agent, keys: str) -> tuple[Agent, AgentOrdered | None]:
    """Hold, consultation and transfer."""
    done = replace(agent, pending_keys="")
    if keys == HOLD:
        return done, _order(agent, AgentOrder.RETRIEVE if agent.reason else AgentOrder.HOLD)
    if keys == CONFERENCE:
        return done, _order(agent, AgentOrder.CONFERENCE)
    if keys == CONSULT and agent.reason in THIRD_IS_THERE:
        return done, _order(agent, AgentOrder.TRANSFER)
    order, digits = WITH_DIGITS[keys[:2]], keys[2:]
    if digits.endswith(END_OF_DIGITS):
        return done, _order(agent, order, digits.removesuffix(END_OF_DIGITS))
    if digits.endswith("*"):
        # Begun anew.
        return replace(agent, pending_keys="*"), None
    return (replace(agent, pending_keys=keys), None) if len(digits) <= MOST_DIGITS else (done, None)


def is_unknown(before: Agent, after: Agent) -> bool:
    """Whether a key that made no order means nothing at all: it ended what was begun, or answers no question."""
    if after.pending_keys:
        return False
    return bool(before.pending_keys) or before.state is AgentState.WRAP_UP or before.offer is not None


def _order(agent: Agent, order: AgentOrder, argument: str = "") -> AgentOrdered:
    return AgentOrdered(agent=agent.number, order=order, argument=argument, by=agent.number)
