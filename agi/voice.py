"""Texts as sounds: spoken by a program of the site's choice, once each, and kept.

A spoken text is named after what it is made from (program, voice, text), so a change makes another file, and no file
ever has to be made anew. It is written under a name of its own and then renamed, so Asterisk never plays half of one.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from agi.telephone_wave import NotPlayable, to_telephone

SECONDS = 60.0
"""How long a program may speak one text."""
AT_ONCE = 4
"""Programs that speak side by side: telephones are served by the same machine."""


class CannotSpeak(Exception):
    """A text cannot be spoken; the message says which, why, and what to look at."""


class Voice:
    """The site's text-to-speech program. `command` has `{file}` and perhaps `{voice}` in it."""

    def __init__(self, command: Sequence[str], voices: Mapping[str, str], folder: Path) -> None:
        self._command = tuple(command)
        self._voices = dict(voices)
        self._folder = folder

    def sound(self, language: str, text: str) -> str:
        """The name under which Asterisk plays it, without ending."""
        made_from = "\0".join((*self._command, self._voice(language), text))
        return str(self._folder / hashlib.sha256(made_from.encode()).hexdigest()[:32])

    def kept(self, language: str, text: str) -> str | None:
        """The same, when it was spoken before."""
        return self.sound(language, text) if self._file(language, text).exists() else None

    def forget(self, language: str, text: str) -> None:
        """Keep it no longer."""
        self._file(language, text).unlink(missing_ok=True)

    async def prepare(self, texts: Collection[tuple[str, str]]) -> int:
        """Speak these (language, text) that were not spoken before, some at a time; how many that were.

        :raises CannotSpeak: one of them cannot be; what had not begun by then is left out.
        """
        missing = [text for text in dict.fromkeys(texts) if not self._file(*text).exists()]
        if missing:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise CannotSpeak(f"speech.folder {self._folder} cannot be made: {error.strerror}") from error
        left = iter(missing)

        async def speak() -> None:
            for language, text in left:
                await self._speak(language, text)

        try:
            async with asyncio.TaskGroup() as group:
                for number in range(min(AT_ONCE, len(missing))):
                    group.create_task(speak(), name=f"speech {number}")
        except* CannotSpeak as refusals:
            refused = refusals
        else:
            return len(missing)
        raise refused.exceptions[0] from None

    def _voice(self, language: str) -> str:
        return self._voices.get(language, language)

    def _file(self, language: str, text: str) -> Path:
        return Path(self.sound(language, text) + ".wav")

    async def _speak(self, language: str, text: str) -> None:
        shown = f"{text[:40]!r} cannot be spoken in {language!r}"
        with tempfile.TemporaryDirectory() as folder:
            spoken = Path(folder) / "spoken.wav"
            holes = {"{file}": str(spoken), "{voice}": self._voice(language)}
            words = [_filled(word, holes) for word in self._command]
            try:
                program = await asyncio.create_subprocess_exec(
                    *words,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                )
            except OSError as error:
                raise CannotSpeak(f"{shown}: {words[0]}: {error.strerror}; see speech.command") from error
            try:
                async with asyncio.timeout(SECONDS):
                    _, complaint = await program.communicate(text.encode())
            except TimeoutError:
                raise CannotSpeak(f"{shown}: {words[0]} does not end in {SECONDS:g} s; see speech.command") from None
            finally:
                if program.returncode is None:
                    program.kill()
                    await program.wait()
            if program.returncode != 0:
                said = " ".join(complaint.decode("utf-8", "replace").split())[:200]
                raise CannotSpeak(f"{shown}: {words[0]} ends with {program.returncode}: {said or 'no word'}")
            await asyncio.to_thread(self._keep, spoken, self._file(language, text), shown)

    def _keep(self, spoken: Path, target: Path, shown: str) -> None:
        # Two may speak the same text at once, here and in another process.
        part = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        try:
            to_telephone(spoken, part)
            part.chmod(0o644)
            part.replace(target)
        except NotPlayable as error:
            raise CannotSpeak(f"{shown}: what {self._command[0]} wrote cannot be played: {error}") from error
        except OSError as error:
            raise CannotSpeak(f"{shown}: {target.parent} cannot be written to: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)


def _filled(word: str, holes: Mapping[str, str]) -> str:
    for hole, filling in holes.items():
        word = word.replace(hole, filling)
    return word
