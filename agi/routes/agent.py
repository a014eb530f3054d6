"""Agents at the menu: speaks the dialog that the core has opened on the agent's leg.

    same => n(ask),AGI(agi://${WAIHU_SERVER}/agent?agent=${EXTEN}&dialog=${WAIHU_DIALOG})

Whose leg it is and what is spoken of, the core says, never the URL. When this ends, however it does, the dialplan takes
the leg back into its loop and tells the core.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agi.call import Call
from agi.dialogs.callback import ask_for_callback
from agi.dialogs.conversation import PAUSE_SECONDS, Conversation, Silence
from agi.dialogs.menu import menu
from agi.dialogs.offer import offer
from agi.errors import AgiError
from agi.speaker import Speaker, Voices
from dialer.core.desk_view import DeskView
from dialer.core.dialogs import DIALOG_LIMIT, Dialog
from dialer.core.phrases import Phrase
from dialer.core.words import ChannelId
from dialer.ports import AgentDesk


class NobodysDesk(AgiError):
    """A leg that is no agent's, or in no dialog, asks to be spoken to; the message names it."""


class AgentRoute:
    """The route."""

    def __init__(self, desk: AgentDesk, voices: Callable[[], Voices], pause_seconds: float = PAUSE_SECONDS) -> None:
        self._desk = desk
        self._voices = voices
        self._pause_seconds = pause_seconds

    async def __call__(self, call: Call) -> None:
        """Speak with one agent.

        :raises NobodysDesk: the core knows of no dialog on this leg.
        """
        leg = ChannelId(call.request.uniqueid)
        view = self._desk.view(leg)
        if view is None:
            raise NobodysDesk(f"no agent is in a dialog on {leg[:80]!r}")
        speaker = Speaker(call, self._voices(), view.language)
        talk = Conversation(call, speaker, self._desk, self._pause_seconds)
        await speaker.begin()
        try:
            async with asyncio.timeout(DIALOG_LIMIT.total_seconds()):
                await _speak(talk, view)
        except (Silence, TimeoutError):
            await talk.tell(Phrase.MENU_LEFT)


async def _speak(talk: Conversation, view: DeskView) -> None:
    match view.dialog:
        case Dialog.MENU:
            await menu(talk, view)
        case Dialog.CALLBACK:
            await ask_for_callback(talk, view)
        case Dialog.OFFER if view.offer is not None:
            await offer(talk, view.offer, view.just_told)
