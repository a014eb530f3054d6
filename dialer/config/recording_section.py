"""The section `recording` of campaign and inbound files: which talks are recorded, who is told, for how long."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, PlainValidator, ValidationInfo, WithJsonSchema, model_validator

from dialer.config.quantities import Duration, Sound, parse_share
from dialer.config.section import Section, refuse, setting, short_form_is_text
from dialer.config.settings import SiteSettings
from dialer.core.policy import RecordingPolicy
from dialer.core.words import RecordingMode

_WHOLE = {mode.value: mode for mode in RecordingMode if mode is not RecordingMode.SAMPLE}
_EXPECTED = "expected off, all, on_demand or a share such as 10 %"


def _calls(given: Any) -> tuple[RecordingMode, float]:
    """`all`, or `10 %` of the talks; ValueError for anything else."""
    text = str(given).strip()
    if text in _WHOLE:
        return _WHOLE[text], 1.0
    try:
        share = parse_share(text)
    except ValueError:
        raise ValueError(f"{text!r} says not which talks, {_EXPECTED}") from None
    if share == 0:
        raise ValueError(f"{text!r} is none of them, {_EXPECTED}")
    return RecordingMode.SAMPLE, share


Calls = Annotated[
    tuple[RecordingMode, float], PlainValidator(_calls), WithJsonSchema({"type": "string", "examples": ["all", "10 %"]})
]


class RecordingSection(Section):
    """Which talks are recorded, and for how long. `recording: all` is short for `recording: {calls: all}`."""

    model_config = ConfigDict(json_schema_extra=short_form_is_text)

    calls: Calls = setting(
        "off; all; a share of them such as 10 %, drawn by the talk's id; or on_demand: from when the agent presses "
        "*4. The agent pauses any recording by *3.",
        "off",
    )
    notice: Sound | None = setting(
        "Sound that tells customer and agent when the recording begins; empty: nothing is said, which is against the "
        "law in many places.",
        None,
    )
    keep: Duration = setting("A recording is deleted so long after its talk.", "90d")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        return {"calls": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _something_to_tell(self) -> RecordingSection:
        if self.notice is not None and not self.records:
            refuse([(("notice",), "has no meaning where nothing is recorded, expected calls: all, on_demand or 10 %")])
        return self

    @property
    def records(self) -> bool:
        """Anything may be recorded."""
        return self.calls[0] is not RecordingMode.OFF

    def policy(self) -> RecordingPolicy:
        """As the core has it."""
        mode, share = self.calls
        return RecordingPolicy(mode=mode, share=share, notice=self.notice, keep=self.keep)


def recorded_somewhere(recording: RecordingSection, info: ValidationInfo) -> RecordingSection:
    """The section; ValueError where something is to be recorded, and the site says not into which folder."""
    if recording.records and isinstance(info.context, SiteSettings) and info.context.recordings is None:
        raise ValueError(
            f"{info.context.file.name} names no folder for it, expected `recordings` there, such as "
            "/var/spool/waihu/recordings"
        )
    return recording
