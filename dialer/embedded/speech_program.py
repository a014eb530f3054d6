"""A program that speaks, for machines that have none: espeak-ng as a bundle of Debian's packages, Mandarin included.

Its audio library is linked to those of sound servers, so these are in the bundle although nothing is ever played: texts
are written into files. A small script calls the program with the bundle's loader, libraries and voices, so it is run
as the espeak-ng of a package would be.
"""

import os
import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from dialer.embedded.bundle import Bundle, bundle_root, loader_of
from dialer.embedded.private_apt import BundleError

PROGRAM = "espeak-ng"
VOICES = {"zh": "cmn"}
"""What it calls the languages that it does not call as we do."""

_SCRIPT = """\
#!/bin/sh
here=${0%/*}/..
export ESPEAK_DATA_PATH="$here/@LIBRARY@"
exec "$here/@LOADER@" --inhibit-cache --library-path "$here/@LIBRARY@:$here/@LIBRARY@/pulseaudio" \\
  "$here/usr/bin/espeak-ng" "$@"
"""


class SpeechNotFoundError(Exception):
    """Nothing here speaks: the message says where it was looked for, what was wrong there, and what to do."""


def _finish(tree: Path) -> None:
    voices = next(tree.glob("usr/lib/*/espeak-ng-data"), None)
    if voices is None:
        raise BundleError(f"{tree}: no espeak-ng-data in usr/lib")
    script = tree / "program" / PROGRAM
    script.parent.mkdir()
    library, loader = voices.parent.relative_to(tree), loader_of(tree).relative_to(tree)
    script.write_text(_SCRIPT.replace("@LIBRARY@", str(library)).replace("@LOADER@", str(loader)))
    script.chmod(0o755)


SPEECH = Bundle(
    name="speech",
    roots=(PROGRAM,),
    unneeded=re.compile(r"gcc-\d+-base|libasound2-data|libc-gconv-modules-extra|libx11-data"),
    megabytes=20,
    finish=_finish,
    recipe=_SCRIPT,
)


def find_espeak(environment: Mapping[str, str] = os.environ, say: Callable[[str], None] = lambda line: None) -> Path:
    """The path of an espeak-ng: that on `PATH`, or else the bundle's, which is fetched when it is not there.

    Blocks (a first fetch takes some seconds); from asyncio call it in a thread.

    :raises SpeechNotFoundError: there is none, and the bundle cannot be had.
    """
    if on_path := shutil.which(PROGRAM, path=environment.get("PATH")):
        return Path(on_path)
    try:
        return bundle_root(SPEECH, environment, say) / "program" / PROGRAM
    except (OSError, BundleError) as error:
        raise SpeechNotFoundError(
            f"no `{PROGRAM}` on PATH, and the bundle of Debian packages could not be had: {error}. "
            f"Install {PROGRAM} (apt install {PROGRAM})"
        ) from error


def speaking_command(espeak: Path) -> str:
    """How it is called, as `speech.command` of a site file says it; its `speech.voices` are `VOICES`."""
    return f"{shlex.quote(str(espeak))} -v {{voice}} -w {{file}} --stdin"
