"""Take a message while nobody is there, and keep it with who left it.

`AGI(/opt/waihu/.venv/bin/python,-I,-m,agi.scripts.voicemail,FOLDER[,SECONDS[,SOUND]])`

- FOLDER: absolute, there already, and writable for the user that Asterisk runs as.
- SECONDS: longest message, 120 if not given. SOUND: what asks for it; without one, a shipped sound.

A message is two files of one name: `.wav`, and `.json` with who called, whom, when and how long. The latter is written
last and whole, so who collects messages looks for it. A message ends with #, four seconds of silence, the longest time
or the hang-up, and is kept in each case unless it is shorter than a second. WAIHU_VOICEMAIL is then its name, or empty,
and the dialplan goes on. After a hang-up it is the name even of a message that was too short.
"""

from __future__ import annotations

import json
import os
import sys
import wave
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from agi.request import NOTHING_KNOWN
from agi.scripts.hardened import ArgumentsWrong, HardenedAgi, run_script

TOLD = "WAIHU_VOICEMAIL"
SHIPPED = "vm-intro"
SAVED = "vm-msgsaved"
TOO_SHORT = "vm-tooshort"
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 120
SILENCE_SECONDS = 4


def serve(agi: HardenedAgi, arguments: Sequence[str]) -> None:
    """Ask for a message, record it and keep it.

    :raises ArgumentsWrong: the folder or the seconds are none.
    """
    folder, seconds, sound = _read(arguments)
    now = datetime.now(UTC)
    message = folder / f"{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:12]}"
    agi.answer()
    agi.stream_file(sound)
    # Most callers end a message by hanging up, and after that nothing can be set.
    agi.set_variable(TOLD, message.name)
    try:
        agi.record_file(str(message), "wav", "#", seconds * 1000, 0, "BEEP", SILENCE_SECONDS)
    finally:
        kept = keep(message, agi.env, now)
    if not kept:
        agi.set_variable(TOLD, "")
    agi.stream_file(SAVED if kept else TOO_SHORT)


def keep(message: Path, env: Mapping[str, str], now: datetime) -> bool:
    """Write down whose message that is; False: it is too short and was deleted, or there is none."""
    sound = message.with_suffix(".wav")
    try:
        with wave.open(str(sound)) as recorded:
            seconds = recorded.getnframes() / recorded.getframerate()
    except (OSError, EOFError, wave.Error):
        seconds = 0.0
    if seconds < SHORTEST_SECONDS:
        sound.unlink(missing_ok=True)
        return False
    facts = {
        "file": sound.name,
        "number": _known(env.get("agi_callerid")),
        "name": _known(env.get("agi_calleridname")),
        "dialled": _known(env.get("agi_dnid")),
        "uniqueid": env.get("agi_uniqueid"),
        "recorded_at": now.isoformat(timespec="milliseconds"),
        "seconds": round(seconds, 1),
    }
    unfinished = message.with_suffix(".json.part")
    sound.chmod(0o600)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(message.with_suffix(".json"))
    return True


def _read(arguments: Sequence[str]) -> tuple[Path, int, str]:
    if not 1 <= len(arguments) <= 3:
        raise ArgumentsWrong(f"expected FOLDER and perhaps SECONDS and SOUND, got {len(arguments)} arguments")
    folder, seconds, sound = (*arguments, "", "")[:3]
    if not folder.startswith("/") or not os.access(folder, os.W_OK | os.X_OK) or not Path(folder).is_dir():
        raise ArgumentsWrong(f"{folder!r} is no absolute folder that this user can write to")
    if seconds and not (seconds.isdecimal() and int(seconds) > 0):
        raise ArgumentsWrong(f"{seconds!r} are no seconds (expected such as 120)")
    return Path(folder), int(seconds or LONGEST_SECONDS), sound or SHIPPED


def _known(value: str | None) -> str | None:
    return None if value in (None, "", NOTHING_KNOWN) else value


if __name__ == "__main__":
    sys.exit(run_script(serve))
