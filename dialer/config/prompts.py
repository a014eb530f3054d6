"""What callers hear, as a person writes it: sounds, texts to be spoken, in one language or in several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from dialer.config.document import Keys
from dialer.config.quantities import LANGUAGE
from dialer.config.section import refuse
from dialer.core.inbound.flow import Language, Piece, Prompt, Sound, Speech

_LANGUAGE = re.compile(LANGUAGE)
_SOUND = re.compile(r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,500}")
_EXPECTED = "a sound such as waihu/welcome, a text such as {say: Welcome}, a list of them, or such by language"

ANY_LANGUAGE = Language("")
"""Of what is written without one."""


def _parse(given: Any) -> Prompt:
    """By language; what is said without one is under `ANY_LANGUAGE`."""
    prompt: dict[Language, tuple[Piece, ...]] = {}
    refuse(_read(given, prompt))
    return prompt


def _read(given: Any, prompt: dict[Language, tuple[Piece, ...]]) -> Iterator[tuple[Keys, str]]:
    if isinstance(given, dict) and given and "say" not in given:
        for language, heard in given.items():
            if _LANGUAGE.fullmatch(language) is None:
                yield (language,), f"{language!r} is no language, expected {_EXPECTED}"
                continue
            pieces = prompt[Language(language)] = tuple[Piece, ...]()
            for place, piece in _pieces(heard):
                if isinstance(piece, str):
                    yield (language, *place), piece
                else:
                    pieces = prompt[Language(language)] = (*pieces, piece)
        return
    pieces = tuple[Piece, ...]()
    for place, piece in _pieces(given):
        if isinstance(piece, str):
            yield place, piece
        else:
            pieces = (*pieces, piece)
    prompt[ANY_LANGUAGE] = pieces


def _pieces(given: Any) -> Iterator[tuple[Keys, Piece | str]]:
    """Each piece, or what is wrong with it, with its place."""
    if isinstance(given, list) and given:
        for index, one in enumerate(given):
            yield (index,), _piece(one)
    else:
        yield (), _piece(given)


def _piece(given: Any) -> Piece | str:
    if isinstance(given, str) and _SOUND.fullmatch(given) and ".." not in given:
        return Sound(given)
    if isinstance(given, dict) and list(given) == ["say"]:
        text = given["say"]
        if isinstance(text, str) and _TEXT.fullmatch(text.strip()):
            return Speech(text.strip())
        return f"{text!r} cannot be spoken, expected one line of 1 to 500 characters"
    shown = f"{given!r} is" if given else "nothing is given,"
    return f"{shown} {'no prompt, ' if given else ''}expected {_EXPECTED}"


def in_languages(prompt: Prompt, languages: tuple[Language, ...]) -> Prompt:
    """The prompt in each of these languages.

    :raises ValueError: in one of them nothing is said, or a text has no language.
    """
    unknown = [language for language in prompt if language not in (*languages, ANY_LANGUAGE)]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no language of this file, expected one of {', '.join(languages)}")
    everywhere = prompt.get(ANY_LANGUAGE)
    if everywhere is not None:
        if len(languages) > 1 and any(isinstance(piece, Speech) for piece in everywhere):
            raise ValueError(f"a text has a language, expected one for each: {', '.join(languages)}")
        return dict.fromkeys(languages, everywhere)
    silent = [language for language in languages if not prompt.get(language)]
    if silent:
        raise ValueError(f"is silent in {', '.join(silent)}, expected something to be heard in each language")
    return prompt


def _schema() -> Mapping[str, Any]:
    piece = {
        "anyOf": [
            {"type": "string", "pattern": f"^{_SOUND.pattern}$"},
            {
                "type": "object",
                "properties": {"say": {"type": "string", "description": "Text that is spoken."}},
                "required": ["say"],
                "additionalProperties": False,
            },
        ]
    }
    spoken = {"anyOf": [piece, {"type": "array", "minItems": 1, "items": piece}]}
    by_language = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": f"^{LANGUAGE}$"},
        "additionalProperties": spoken,
    }
    return {"anyOf": [spoken, by_language], "examples": ["waihu/welcome"]}


PromptText = Annotated[Prompt, PlainValidator(_parse), WithJsonSchema(dict(_schema()))]
