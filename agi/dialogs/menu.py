"""The menu: what an agent can ask for between calls."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from agi.dialogs.callback import ask_for_callback
from agi.dialogs.conversation import Conversation
from agi.speaker import Digits, In, Label, Number, Piece
from dialer.core.desk_view import DeskView
from dialer.core.dialogs import MENU_REASON
from dialer.core.phrases import LANGUAGES, Phrase
from dialer.core.words import AgentOrder, AgentState

log = structlog.get_logger(__name__)

FIGURES_SECONDS = 2.0
"""How long an agent waits for figures."""


async def menu(talk: Conversation, view: DeskView) -> None:
    """Until something ends it: a choice that moves the agent on, key 0 or #, or nobody answers."""
    opening: tuple[Piece, ...] = (Phrase.MENU,)
    while True:
        choices = _choices(view)
        key = await talk.ask(*opening, *(piece for said in choices.values() for piece in said), answers=(*choices, "#"))
        opening = ()
        match key:
            case "1":
                moved = await _order(talk, view, AgentOrder.READY)
            case "2":
                moved = await _pause(talk, view)
            case "3":
                moved = await _dispose(talk, view)
            case "4":
                moved = await ask_for_callback(talk, view)
            case "5":
                moved = await _do_not_call(talk, view)
            case "6":
                moved = await _say_state(talk, view)
            case "7":
                moved = await _change_language(talk, view)
            case "9":
                moved = await _order(talk, view, AgentOrder.LOG_OUT)
            case _:
                return await talk.tell(Phrase.MENU_LEFT)
        now = talk.desk.view(talk.leg)
        if moved or now is None:
            return None
        view = now


def other_language(language: str) -> str:
    """The one that the agent can change to."""
    return LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)] if language in LANGUAGES else LANGUAGES[0]


def _choices(view: DeskView) -> dict[str, tuple[Piece, ...]]:
    """What is to be heard of each key that means something now."""
    choices: dict[str, tuple[Piece, ...]] = {"1": (Phrase.CHOOSE_READY,)}
    if view.reasons:
        choices["2"] = (Phrase.CHOOSE_PAUSE,)
    if view.dispositions:
        choices["3"] = (Phrase.CHOOSE_DISPOSITION,)
    if view.has_customer:
        choices |= {"4": (Phrase.CHOOSE_CALLBACK,), "5": (Phrase.CHOOSE_DO_NOT_CALL,)}
    return choices | {
        "6": (Phrase.CHOOSE_STATE,),
        "7": (In(other_language(view.language), Phrase.CHOOSE_LANGUAGE),),
        "9": (Phrase.CHOOSE_LOG_OUT, Phrase.CHOOSE_AGAIN),
        "0": (Phrase.CHOOSE_LEAVE,),
    }


async def _order(talk: Conversation, view: DeskView, order: AgentOrder, argument: str = "") -> bool:
    """Whether the agent has moved on by it: then the core says so, and the leg leaves us."""
    if await talk.desk.order(view.agent, order, argument) is None:
        return True
    await talk.tell(Phrase.REFUSED)
    return False


async def _pause(talk: Conversation, view: DeskView) -> bool:
    reasons = {reason.digit: reason for reason in view.reasons}
    offered = [piece for one in view.reasons for piece in _on_key(one.label, one.digit)]
    key = await talk.ask(Phrase.WHICH_REASON, *offered, answers=(*reasons, "#"))
    return key != "#" and await _order(talk, view, AgentOrder.PAUSE, reasons[key].name)


async def _dispose(talk: Conversation, view: DeskView) -> bool:
    choices = {choice.digit: choice for choice in view.dispositions}
    offered = [piece for one in view.dispositions for piece in _on_key(one.label, one.digit)]
    key = await talk.ask(Phrase.WHICH_DISPOSITION, *offered, answers=(*choices, "#"))
    return key != "#" and await _order(talk, view, AgentOrder.DISPOSE, choices[key].name)


async def _do_not_call(talk: Conversation, view: DeskView) -> bool:
    if await talk.ask(Phrase.SURE_DO_NOT_CALL, answers="12") == "2":
        await talk.tell(Phrase.LEFT_AS_IT_WAS)
    elif await talk.desk.order(view.agent, AgentOrder.DO_NOT_CALL) is None:
        await talk.tell(Phrase.DO_NOT_CALL)
    else:
        await talk.tell(Phrase.REFUSED)
    return False


async def _say_state(talk: Conversation, view: DeskView) -> bool:
    match view.state, view.reason:
        case AgentState.PAUSED, reason if reason == MENU_REASON:
            state: tuple[Piece, ...] = (Phrase.YOU_WERE_READY,)
        case AgentState.PAUSED, reason:
            state = (Phrase.YOU_ARE_PAUSED, Label(reason)) if reason else (Phrase.YOU_ARE_PAUSED,)
        case _:
            state = (Phrase.YOU_WRAP_UP,)
    try:
        async with asyncio.timeout(FIGURES_SECONDS):
            day = await talk.desk.day(view.agent, _midnight(view.own_zone))
    except Exception as error:  # noqa: BLE001 - PostgreSQL away, in whatever way: the agent is told
        log.warning("an agent's figures cannot be had", reason=" ".join(str(error).split())[:200])
        await talk.tell(*state, Phrase.FIGURES_MISSING)
        return False
    minutes = round(day.talked.total_seconds() / 60)
    await talk.tell(*state, Phrase.CALLS_TODAY, Number(day.calls), Phrase.MINUTES_TODAY, Number(minutes))
    return False


async def _change_language(talk: Conversation, view: DeskView) -> bool:
    talk.speaker.language = other_language(view.language)
    await talk.desk.speak(talk.leg, talk.speaker.language)
    await talk.speaker.begin()
    await talk.tell(Phrase.THIS_LANGUAGE)
    return False


def _on_key(label: str, digit: str) -> tuple[Piece, ...]:
    return Label(label), Phrase.PRESS, Digits(digit)


def _midnight(zone: ZoneInfo) -> datetime:
    return datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
