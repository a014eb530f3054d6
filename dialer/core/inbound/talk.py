"""Talking a flow through with a caller: an answer in, the next action out.

Theory. A talk stands at one step and waits for the answer to the action that it gave last. A step may give several
actions one after another; `phase` counts them. Steps that ask nobody (a branch) are passed through at once; that ends,
because `checks` refuses rounds without a key. A hang-up is no answer: whoever performs the actions just stops asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from dialer.core.inbound import moves as do
from dialer.core.inbound.flow import (
    Branch,
    Callback,
    Collect,
    Flow,
    HangUp,
    Language,
    Menu,
    OptOut,
    Play,
    Prompt,
    Queue,
    Record,
    Step,
    Switch,
    Target,
    Transfer,
    kind,
)
from dialer.core.inbound.variables import Caller, variables
from dialer.core.words import AgentNumber

ANSWERED = "ANSWER"
"""DIALSTATUS of a talk that took place."""


class UnexpectedAnswer(Exception):
    """An answer that the last action cannot have: a mistake of whoever performs the actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A caller in a flow."""

    flow: Flow
    caller: Caller
    at: Step | None
    """None: the flow is over."""
    language: Language
    variables: Mapping[str, str]
    phase: int = 0
    tries: int = 0
    held: str = ""
    """Digits that are being said back, or why something failed."""
    turn_in: timedelta = timedelta(0)
    """When the caller's turn would come in the queue that was left."""
    left: tuple[do.Left, ...] = ()
    """Steps that were left by the last answer, in order."""


Move = tuple[Talk, do.Action]


def begin(flow: Flow, caller: Caller, *, dialled: str, is_open: bool) -> Move:
    """A caller arrives: the talk, and what to do first."""
    language = flow.languages[0]
    talk = Talk(
        flow=flow,
        caller=caller,
        at=None,
        language=language,
        variables=variables(caller, dialled=dialled, is_open=is_open, language=language),
    )
    return _enter(talk, flow.start if is_open else flow.closed)


def step(talk: Talk, answer: do.Answer) -> Move:
    """What was asked for has happened: the talk afterwards, and what to do next.

    :raises UnexpectedAnswer: the last action cannot have this answer, or the flow is over.
    """
    talk = replace(talk, left=())
    match talk.at, answer:
        case Play(next=target), do.Done():
            return _leave(talk, "next", target)
        case HangUp(), do.Done():
            return _leave(talk, "end", None)
        case Menu() as menu, do.Keyed(keys=key):
            return _menu(talk, menu, key)
        case Collect() as collect, do.Keyed(keys=digits):
            return _collected(talk, collect, digits)
        case Collect(next=target) as collect, do.Done():
            return _leave(talk, "next", target, talk.held if collect.keep else "")
        case Record(next=target), do.Recorded(file=file):
            return _leave(talk, "next", target, file)
        case Record(next=target), do.Failed(why=why):
            return _leave(talk, "next", target, f"failed: {why}")
        case (OptOut() | Callback()) as wish, (do.Done() | do.Failed()):
            return _wished(talk, wish, answer)
        case Transfer() as transfer, do.Dialled(status=status, talk_seconds=seconds):
            if status == ANSWERED:
                return _leave(talk, "answered", transfer.answered, f"{seconds} s")
            return _leave(talk, "otherwise", transfer.otherwise, status)
        case Queue() as queue, do.Waited(key=key, still=still):
            talk = replace(talk, turn_in=still or timedelta(0))
            if key in queue.keys:
                told = "nobody is there" if still is None else f"{still.total_seconds():.0f} s to go"
                return _leave(talk, key, queue.keys[key], told)
            return _leave(talk, "otherwise", queue.otherwise)
        case Switch(next=target, language=language), do.Done():
            return _leave(talk, "next", target, language)
        case _:
            where = talk.at.name if talk.at else "the end"
            raise UnexpectedAnswer(f"{type(answer).__name__} at {where}")


def _enter(talk: Talk, target: Target) -> Move:
    if target is None:
        return replace(talk, at=None), do.End()
    at = talk.flow.steps[target]
    talk = replace(talk, at=at, phase=0, tries=0, held="")
    match at:
        case Play():
            return talk, _say(talk, at.prompt)
        case HangUp():
            return (talk, _say(talk, at.prompt)) if at.prompt else _leave(talk, "end", None)
        case Menu():
            return talk, do.AskKey(_heard(talk, at.prompt), at.wait)
        case Collect():
            return talk, do.AskDigits(_heard(talk, at.prompt), at.most, at.pause)
        case Record():
            return talk, do.TakeMessage(_heard(talk, at.prompt), at.longest, at.silence)
        case OptOut() | Callback():
            return _wish(talk, at)
        case Transfer():
            dial = at.dial or talk.flow.phones.get(talk.caller.last_agent or AgentNumber(""))
            if dial is None:
                return _leave(talk, "otherwise", at.otherwise, "no phone")
            return talk, do.Dial(dial, at.ring, at.caller_id, at.trunk)
        case Switch():
            talk = replace(talk, language=at.language, variables={**talk.variables, "language": at.language})
            return talk, do.Speak(at.language)
        case Branch():
            value = talk.variables.get(at.on, "")
            return _leave(talk, value if value in at.cases else "otherwise", at.cases.get(value, at.otherwise), value)
        case Queue():
            team = talk.caller.last_team
            if at.returning and team is None:
                return _leave(talk, "stranger", at.stranger)
            heard, keys = _heard(talk, at.prompt), "".join(at.keys)
            terms = replace(at.terms, team=team) if at.returning and team is not None else at.terms
            return talk, do.WaitInQueue(terms, at.music, at.every, heard, at.say_position, at.say_wait, keys)


def _leave(talk: Talk, result: str, target: Target, value: str = "") -> Move:
    assert talk.at is not None  # noqa: S101 - who leaves was somewhere
    left = do.Left(talk.at.name, kind(talk.at), result, value)
    return _enter(replace(talk, left=(*talk.left, left)), target)


def _menu(talk: Talk, menu: Menu, key: str) -> Move:
    choice = menu.choices.get(key)
    if choice is not None:
        known = {**talk.variables, menu.name: choice.label if menu.question else key}
        return _leave(replace(talk, variables=known), key, choice.next, choice.label)
    tries = talk.tries + 1
    if tries >= menu.tries:
        return _leave(talk, "otherwise", menu.otherwise, key)
    again = (*_heard(talk, menu.invalid), *_heard(talk, menu.prompt)) if key else _heard(talk, menu.prompt)
    return replace(talk, tries=tries), do.AskKey(again, menu.wait)


def _collected(talk: Talk, collect: Collect, digits: str) -> Move:
    if len(digits) >= collect.least and digits:
        talk = replace(talk, held=digits, variables={**talk.variables, collect.name: digits})
        if collect.say_back:
            return talk, do.SayDigits(digits)
        return _leave(talk, "next", collect.next, digits if collect.keep else "")
    tries = talk.tries + 1
    if tries >= collect.tries:
        return _leave(talk, "otherwise", collect.otherwise, digits if collect.keep else "")
    prompt = _heard(talk, collect.prompt)
    again = (*_heard(talk, collect.invalid), *prompt) if digits else prompt
    return replace(talk, tries=tries), do.AskDigits(again, collect.most, collect.pause)


def _wish(talk: Talk, at: OptOut | Callback) -> Move:
    """What the caller wants to be written down before anything is said about it."""
    number = talk.caller.number
    if number is None:
        return _refused(talk, at, "no number")
    if isinstance(at, OptOut):
        return talk, do.Suppress(number)
    campaign = at.campaign or talk.caller.last_campaign
    if campaign is None:
        return _refused(talk, at, "no campaign has called this number")
    return talk, do.PromiseCallback(number, campaign, max(at.after, talk.turn_in))


def _refused(talk: Talk, at: OptOut | Callback, why: str) -> Move:
    return replace(talk, phase=1, held=f"failed: {why}"), _say(talk, at.failed)


def _wished(talk: Talk, at: OptOut | Callback, answer: do.Done | do.Failed) -> Move:
    if talk.phase == 1:
        return _leave(talk, "next", at.next, talk.held)
    if isinstance(answer, do.Failed):
        return _refused(talk, at, answer.why)
    return replace(talk, phase=1, held="done"), _say(talk, at.done)


def _say(talk: Talk, prompt: Prompt) -> do.Action:
    return do.Say(_heard(talk, prompt))


def _heard(talk: Talk, prompt: Prompt) -> do.Heard:
    return prompt.get(talk.language, ())
