"""What every section of a file is, and how its mistakes become problems with a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from dialer.config.document import Document, Keys
from dialer.config.problems import ConfigError, Problem, did_you_mean, one_of

SectionType = TypeVar("SectionType", bound="Section")
_NO_DEFAULT = object()


class Section(BaseModel):
    """Settings that belong together; a name that is not among them is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def short_form_is_text(schema: dict[str, Any]) -> None:
    """For the schema of a section that may also be written as one text."""
    long_form = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "string"}, long_form]


def setting(description: str, default: Any = _NO_DEFAULT, **constraints: Any) -> Any:
    """A setting with its meaning and unit; `default` as a file would write it, or a section's value."""
    if default is _NO_DEFAULT:
        return Field(description=description, **constraints)
    return Field(description=description, default=default, validate_default=True, **constraints)


def refuse(problems: Iterable[tuple[Keys, str]]) -> None:
    """For validators that see several values: refuse each, by its way from the validated value. None: all is well."""
    found = list(problems)
    if found:
        raise PydanticCustomError("refused", "contradicts itself", {"problems": found})


class Keyed(Protocol):
    """Anything that stands on a key of the agent's phone."""

    @property
    def key(self) -> str: ...


def same_key_twice(choices: Mapping[str, Keyed]) -> Iterator[tuple[Keys, str]]:
    """Choices on a key that one before them has."""
    taken: dict[str, str] = {}
    for name, choice in choices.items():
        other = taken.setdefault(choice.key, name)
        if other != name:
            yield (name, "key"), f"key {choice.key} is taken by {other}, expected another one of 0-9"


def same_item_twice(items: Iterable[str]) -> Iterator[tuple[Keys, str]]:
    """Items of a list that stand in it before."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield (index,), f"{item!r} is given twice, expected once"
        seen.add(item)


def validate(model: type[SectionType], document: Document, context: object = None) -> SectionType:
    """The file as its model, or ConfigError with every problem in it."""
    try:
        return model.model_validate(document.value, context=context)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise ConfigError(problem for detail in details for problem in _problems(model, document, detail)) from error


def _problems(model: type[Section], document: Document, detail: ErrorDetails) -> Iterator[Problem]:
    keys = _written_keys(detail["loc"])
    context = detail.get("ctx", {})
    if detail["type"] == "refused":
        for inner, message in context["problems"]:
            yield document.problem(keys + inner, message)
    elif detail["type"] == "extra_forbidden":
        known = list(_section_at(model, keys[:-1]).model_fields)
        hint = did_you_mean(str(keys[-1]), known) or f", expected {one_of(known)}"
        yield document.problem(keys, f"is no setting here{hint}", at_key=True)
    else:
        yield document.problem(keys, _message(detail, context))


def _written_keys(loc: tuple[int | str, ...]) -> Keys:
    """Without the marks that pydantic adds for what a person never wrote, as for the key of a mapping."""
    return tuple(key for key in loc if key != "[key]")


def _section_at(model: type[Section], keys: Keys) -> type[Section]:
    """The section that the keys lead to; a mapping of names to sections takes two keys."""
    section = model
    for key in keys:
        if isinstance(key, str) and key in section.model_fields:
            section = section_in(section.model_fields[key].annotation) or section
    return section


def section_in(annotation: Any) -> type[Section] | None:
    """The section inside an annotation such as `dict[Name, TrunkSection]`, or None."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for inner in get_args(annotation) if (found := section_in(inner))), None)


def _message(detail: ErrorDetails, context: dict[str, Any]) -> str:
    given = detail["input"]
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] in ("value_error", "assertion_error"):
        return str(context["error"])
    if detail["type"] == "too_short":
        return "is empty, expected at least one"
    expected = _expected(detail["type"], context) or detail["msg"]
    if given is None:
        return f"nothing is given, expected {expected}"
    if isinstance(given, list | dict):
        return f"is a {'list' if isinstance(given, list) else 'mapping'}, expected {expected}"
    hint = did_you_mean(str(given), context["expected"].split("'")[1::2]) if "expected" in context else ""
    return f"{given!r} is not possible{hint or f', expected {expected}'}"


def _expected(kind: str, context: dict[str, Any]) -> str | None:
    match kind:
        case "int_parsing" | "int_type" | "int_from_float":
            return "a whole number"
        case "float_parsing" | "float_type" | "finite_number":
            return "a number"
        case "bool_parsing" | "bool_type":
            return "true or false"
        case "string_type" | "string_too_short" | "string_pattern_mismatch":
            return "one line of text"
        case "enum" | "literal_error":
            return str(context["expected"]).replace("'", "")
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "greater_than":
            return f"more than {context['gt']}"
        case "less_than_equal":
            return f"at most {context['le']}"
        case "list_type" | "tuple_type" | "frozen_set_type" | "set_type":
            return "a list"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "settings of its own, `name: value`"
    return None
