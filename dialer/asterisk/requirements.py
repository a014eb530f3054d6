"""Whether an Asterisk is as Waihu needs it, asked with no more than the rights Waihu works with.

What cannot be asked is tried: a call from Asterisk to itself, through our own dialplan to nobody, tells whether the
events reach us that a real call would need. It makes no sound anywhere and leaves no trace.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from uuid import uuid4

from dialer.asterisk import actions, variables
from dialer.asterisk.errors import ActionRefused, OutcomeUnknown
from dialer.asterisk.protocol import Message
from dialer.asterisk.session import Session
from dialer.asterisk.settings import AsteriskSettings

WRITE_CLASS_OF = {
    "Originate": "originate",
    "Redirect": "call",
    "Hangup": "call",
    "Setvar": "call",
    "Getvar": "call",
    "CoreStatus": "reporting",
    "CoreShowChannels": "reporting",
    "DBGetTree": "reporting",
    "ShowDialPlan": "reporting",
}
"""Actions that Waihu uses, each with the class of `write =` in manager.conf that allows it."""

FUNCTIONS = {
    "URIENCODE(a b)": "func_uri",
    "IF(1?a:b)": "func_logic",
    "STRFTIME(0,UTC,%Y)": "func_strings",
    "DB_EXISTS(waihu-calls/none)": "func_db",
    "CHANNEL_EXISTS(waihu-none)": "func_channel",
}
"""Functions of the dialplan that can be tried without a channel, each with the module it comes from."""

SELF_CALL_SECONDS = 3.0


async def missing_requirements(settings: AsteriskSettings) -> tuple[str, ...]:
    """One line for each thing that is not as it must be, saying what to do; none when all is well.

    Sets the heartbeat once, and calls nobody.

    :raises AsteriskUnreachable: nothing can be asked, for nobody answers.
    :raises LoginRefused: nothing can be asked, for we are not let in.
    """
    ear = _Ear()
    session = Session(settings, ear)
    await session.connect()
    session.release()
    try:
        missing = await _rights(session, settings.user)
        if missing:
            # Without them every further answer would be "permission denied".
            return tuple(missing)
        missing += await _contexts(session)
        missing += await _functions(session)
        if settings.recordings is not None:
            missing += await _recorder(session)
        missing += await _heartbeat(session)
        if not missing:
            missing += await _self_call(session, ear, settings.user)
        return tuple(missing)
    except OutcomeUnknown as error:
        return (f"Asterisk does not answer in time: {error}",)
    finally:
        await session.close()


class _Ear:
    """Keeps every event it hears."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self._more = asyncio.Event()

    def __call__(self, message: Message) -> None:
        self.heard.append(message)
        self._more.set()

    async def more(self) -> None:
        """Wait for the next event."""
        self._more.clear()
        await self._more.wait()


async def _rights(session: Session, user: str) -> list[str]:
    allowed = (await session.ask("ListCommands")).response
    return [
        f"AMI user {user!r} may not use {action}: add {right!r} to `write =` in section [{user}] of manager.conf"
        for action, right in WRITE_CLASS_OF.items()
        if action not in allowed
    ]


async def _recorder(session: Session) -> list[str]:
    allowed = (await session.ask("ListCommands")).response
    if "MixMonitorMute" in allowed:
        return []
    return [
        "Asterisk cannot record talks: load app_mixmonitor in modules.conf, with func_periodic_hook and its own needs"
    ]


async def _contexts(session: Session) -> list[str]:
    missing = []
    for context in variables.CONTEXTS:
        try:
            await session.ask("ShowDialPlan", {"Context": context}, collect=True)
        except ActionRefused:
            missing.append(
                f"the dialplan has no context {context!r}: #include asterisk-conf/waihu-extensions.conf in "
                "extensions.conf and run `dialplan reload`"
            )
    return missing


async def _functions(session: Session) -> list[str]:
    missing = []
    for function, module in FUNCTIONS.items():
        try:
            value = (await session.ask("Getvar", {"Variable": function})).response.get("Value")
        except ActionRefused:
            value = ""
        if not value:
            name = function.partition("(")[0]
            missing.append(f"Asterisk does not know the dialplan function {name}: load {module} in modules.conf")
    return missing


async def _heartbeat(session: Session) -> list[str]:
    now = session.clock.theirs(time.time())
    beat = actions.heartbeat(now)
    await session.ask(beat.name, beat.headers)
    value = (await session.ask("Getvar", {"Variable": variables.HEARTBEAT})).response.get("Value")
    if value == beat.headers["Value"]:
        return []
    return [f"the global variable {variables.HEARTBEAT} was set to {beat.headers['Value']} and reads {value!r}"]


async def _self_call(session: Session, ear: _Ear, user: str) -> list[str]:
    """Let our own message dialplan run against nobody, who presses a key."""
    channel = f"waihu-doctor-{uuid4()}"
    context, extension = variables.PLAY_MESSAGE
    await session.ask(
        "Originate",
        {
            "Channel": f"Local/{extension}@{context}/n",
            "ChannelId": channel,
            "Application": "SendDTMF",
            "Data": "w5wwwwwwww",
            "Async": "true",
        },
    )

    # The dialplan runs on the far leg, whose Uniqueid is ours with ";2" behind it.
    def of(kind: str) -> list[Message]:
        return [m for m in ear.heard if m["Event"] == kind and m.get("Uniqueid", "").startswith(channel)]

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SELF_CALL_SECONDS):
            while not (of("DTMFEnd") and of("UserEvent") and of("Newchannel")):
                await ear.more()
    hang_up = actions.hang_up(channel)
    with contextlib.suppress(ActionRefused):  # It may be over already.
        await session.ask(hang_up.name, hang_up.headers)
    missing = [
        f"a call from Asterisk to itself brought no {kind} event: add {right!r} to `read =` in section [{user}] of "
        f"manager.conf{also}"
        for kind, right, also in (
            ("Newchannel", "call", ""),
            ("UserEvent", "user", ", and load app_userevent"),
            ("DTMFEnd", "dtmf", ", and load app_senddtmf"),
        )
        if not of(kind)
    ]
    if any("Timestamp" not in message for message in of("Newchannel")):
        missing.append("events carry no time: set `timestampevents = yes` in [general] of manager.conf")
    return missing
