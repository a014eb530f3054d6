"""Preview: the agent hears who is offered. The keys that answer go to the core, whether this is heard or not."""

from __future__ import annotations

from agi.dialogs.conversation import Conversation
from agi.speaker import Digits, Name, Number, Piece, Sounds
from dialer.core.lead import Lead
from dialer.core.phrases import Phrase


async def offer(talk: Conversation, lead: Lead, just_told: str) -> None:
    """Say it once, after what was being told; a key cuts it short."""
    heard: list[Piece] = [Sounds(just_told), Phrase.OFFER] if just_told else [Phrase.OFFER]
    if lead.name:
        heard.append(Name(lead.name))
    heard.append(Digits(lead.national or lead.number.removeprefix("+")))
    if lead.callback:
        heard.append(Phrase.IS_CALLBACK)
    if lead.attempts_made:
        heard += [Phrase.ATTEMPTS, Number(lead.attempts_made)]
    await talk.tell(*heard, Phrase.DIAL_OR_NOT)
