"""What the flows of the demo say where there is a program that speaks, in place of the stock sounds of
`inbound/demo.yaml`. Keys, waits and ways are those of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("en", "zh")
"""At the number that is open; the other one speaks Chinese first."""

Spoken = Mapping[str, str]
"""A text for each language."""

_WORDS: Mapping[tuple[str, str, str], Spoken] = {
    ("sorry", "play", ""): {
        "en": "We called you, and nobody was there. We are sorry.",
        "zh": "抱歉，我们给您打过电话，却没有人接待您。",
    },
    ("welcome", "play", ""): {"en": "Welcome to Waihu.", "zh": "欢迎致电外呼。"},
    ("main", "menu", "prompt"): {
        "en": "For an agent press 1. To leave a message, 2. To be called back, 3. To be called no more, 9.",
        "zh": "人工服务请按1，留言请按2，请我们回电请按3，不再接听来电请按9。",
    },
    ("main", "menu", "invalid"): {"en": "That is no choice.", "zh": "输入有误。"},
    ("call-back", "callback", "done"): {"en": "Thank you. We will call you back.", "zh": "谢谢，我们会给您回电。"},
    ("stop", "opt_out", "done"): {"en": "We will not call you again.", "zh": "我们不会再给您打电话。"},
    ("closed", "play", ""): {"en": "We are closed. Please leave a message.", "zh": "现在不是营业时间，请留言。"},
    ("bye", "hang_up", ""): {"en": "Goodbye.", "zh": "再见。"},
}


def with_words(flow: Mapping[str, Any], languages: tuple[str, ...]) -> dict[str, Any]:
    """What a file of a flow says, with spoken texts in it."""
    steps: dict[str, Any] = {name: dict(step) for name, step in flow["steps"].items()}
    for (step, kind, key), texts in _WORDS.items():
        said = {language: {"say": text} for language, text in texts.items()}
        steps[step][kind] = {**steps[step][kind], key: said} if key else said
    return {**flow, "languages": list(languages), "steps": steps}
