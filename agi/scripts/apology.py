"""Say sorry and hang up.

`AGI(/opt/waihu/.venv/bin/python,-I,-m,agi.scripts.apology[,SOUND …])`: the sounds to play; without any, a shipped one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from asterisk.agi import AGIAppError

from agi.scripts.hardened import HardenedAgi, run_script

SHIPPED = "sorry-youre-having-problems"
"""Of Asterisk's core sounds."""


def serve(agi: HardenedAgi, arguments: Sequence[str]) -> None:
    """Play the sounds, or the shipped one when one of them is not there: never silence."""
    agi.answer()
    try:
        for sound in arguments or [SHIPPED]:
            agi.stream_file(sound)
    except AGIAppError:
        agi.stream_file(SHIPPED)
    agi.hangup()


if __name__ == "__main__":
    sys.exit(run_script(serve))
