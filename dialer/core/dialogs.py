"""Spoken dialogs with an agent whose phone waits in its loop: the words that the core and the rooms share.

The core opens a dialog and sends the leg there; a route of the AGI speaks, and asks the core for what the agent
chooses. When the dialog is over, whatever ended it, the dialplan says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dialer.core.commands import TelephoneCommand
from dialer.core.events import ChannelEvent, Event
from dialer.core.phrases import SpokenPhrases
from dialer.core.words import AgentNumber, ChannelId

DIALOG_LIMIT = timedelta(seconds=120)
"""After this the route ends a dialog that is left open."""
DIALOG_GUARD = timedelta(seconds=150)
"""After this the core takes the leg back, whatever became of the route."""
UNHEARD_FOR = timedelta(seconds=2)
"""So long after a confirmation began, what is said in its place says it first."""
MENU_REASON = "menu"
"""Of the pause of an agent who was ready and is in a dialog."""


class Dialog(StrEnum):
    """What is spoken of."""

    MENU = "menu"
    CALLBACK = "callback"
    """When the customer is to be called back."""
    OFFER = "offer"
    """Preview: who is offered. It is only told: the keys go to the core, as they do without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an agent does by spoken dialogs."""

    dialog: Dialog | None = None
    """The one that is open."""
    wrap_until: datetime | None = None
    """When the wrap-up ends."""
    wrap_left: timedelta | None = None
    """What was left of the wrap-up when the dialog was opened: its clock stands still meanwhile."""
    wants_callback: bool = False
    """The agent will be asked for the time of a callback when the talk is over."""
    language: str | None = None
    """Chosen in the menu, until the phone is hung up."""
    told: str = ""
    """The sound of the last confirmation."""
    told_at: datetime | None = None


NOBODY_AT_IT = Desk()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLeft(ChannelEvent):
    """An agent's leg came back from a dialog into its loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen(ChannelEvent):
    """The agent on this leg wants to be spoken to in another language from now on."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhrasesSpoken(Event):
    """The sounds of phrases in these languages can be played; in every other the stock sounds stay."""

    spoken: Mapping[str, SpokenPhrases] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDialog(TelephoneCommand):
    """Send an agent's leg from its loop into a spoken dialog; answered by `DeskLeft`."""

    channel: ChannelId
    agent: AgentNumber
    dialog: Dialog


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss(TelephoneCommand):
    """Play a last sound to an agent's leg, then end it; answered by `HungUp`."""

    channel: ChannelId
    sound: str
