"""Messages for answering machines that a campaign has as a text, spoken when its file comes into force."""

from __future__ import annotations

from dataclasses import replace

from agi.voice import Voice
from dialer.config.settings import SpeechSettings
from dialer.core.detection import Spoken
from dialer.core.policy import CampaignPolicy


async def with_sound(settings: SpeechSettings, policy: CampaignPolicy) -> CampaignPolicy:
    """The policy, its message a sound that Asterisk can play. The version stays: the file says the same.

    :raises CannotSpeak: there is no program that could speak it, or it does not.
    """
    message = policy.machines.message
    if not isinstance(message, Spoken):
        return policy
    voice = Voice(settings.command, settings.voices, settings.folder)
    await voice.prepare([(message.language, message.text)])
    sound = voice.sound(message.language, message.text)
    return replace(policy, machines=replace(policy.machines, message=sound))
