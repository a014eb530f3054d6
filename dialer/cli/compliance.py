"""`waihu compliance`: the laws that a campaign can be held to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from dialer.config.preset import Preset, SourceSection, preset, preset_names
from dialer.config.problems import did_you_mean, one_of
from dialer.config.strictness import SCALES

NO_ADVICE = "Not legal advice. Laws change, and bind you whatever is written here: ask somebody who answers for it."

app = typer.Typer(rich_markup_mode=None)


@app.command()
def compliance(
    name: Annotated[str | None, typer.Argument(help="A preset. Default: the list of them.", show_default=False)] = None,
) -> None:
    """Show the compliance presets, or one of them with its sources.

    `compliance: NAME` in a campaign file holds the campaign to it.
    """
    if name is None:
        width = max(map(len, preset_names()))
        for each in preset_names():
            typer.echo(f"{each:{width}}  {preset(each).place}")
    elif name in preset_names():
        for line in _lines(preset(name)):
            typer.echo(line)
    else:
        hint = did_you_mean(name, preset_names()) or f", expected {one_of(preset_names())}"
        raise typer.BadParameter(f"{name!r} is no compliance preset{hint}")
    typer.echo(f"\n{NO_ADVICE}")


def _lines(law: Preset) -> Iterator[str]:
    yield law.place
    yield ""
    yield "A campaign may be stricter than:"
    for key, figure in law.figures.items():
        yield f"  {key}: {SCALES[key].said(figure.bound)}  [{figure.source}]"
        if figure.note:
            yield f"      {figure.note}"
    if kept := law.holidays:
        yield f"  holidays: those of {kept.country}, besides the campaign's own  [{kept.source}]"
        if kept.note:
            yield f"      {kept.note}"
    if told := law.recording_notice:
        yield f"  recording.notice: needed where talks are recorded by themselves  [{told.source}]"
        if told.note:
            yield f"      {told.note}"
    yield ""
    yield "Yours to see to:"
    if law.message:
        yield f"  the safe-harbour message says: {'; '.join(law.message.says)}  [{law.message.source}]"
    if law.records:
        yield f"  records are kept: {law.records.keep}  [{law.records.source}]"
    for duty in law.duties:
        yield f"  {duty.what}  [{duty.source}]"
    yield ""
    yield "Sources:"
    for name, source in law.sources.items():
        yield f"  [{name}] {source.law}"
        yield f"      {source.page}"
        yield f"      {_how_sure(source)}"


def _how_sure(source: SourceSection) -> str:
    if source.looked_at is None:
        return "not looked up for this preset: look before you rely on it"
    return f"looked up on {source.looked_at} in {source.looked_in or 'a copy of the page'}"
