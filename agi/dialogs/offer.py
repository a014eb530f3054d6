"""Preview: the agent hears who is offered. The keys that answer go to the core, whether this is heard or not."""

from __future__ import annotations

from agi.dialogs.conversation import Conversation
from agi.speaker import Digits, Name, Number, Piece
from dialer.core.lead import Lead
from dialer.core.phrases import Phrase


async def offer(talk: Conversation, lead: Lead) -> None:
    """Say it once; a key cuts it short."""
    heard: list[Piece] = [Phrase.OFFER]
    if lead.name:
        heard.append(Name(lead.name))
    heard.append(Digits(lead.national or lead.number.removeprefix("+")))
    if lead.callback:
        heard.append(Phrase.IS_CALLBACK)
    if lead.attempts_made:
        heard += [Phrase.ATTEMPTS, Number(lead.attempts_made)]
    await talk.tell(*heard, Phrase.DIAL_OR_NOT)
