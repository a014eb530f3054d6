"""What the doctor says: one line for each thing looked at."""

from __future__ import annotations

from dataclasses import dataclass

import typer


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    verdict: str
    subject: str
    text: str

    @property
    def wrong(self) -> bool:
        """It must be put right before Waihu can work."""
        return self.verdict == "WRONG"


def ok(subject: str, text: str) -> Finding:
    """It is as it must be."""
    return Finding("ok", subject, text)


def note(subject: str, text: str) -> Finding:
    """Good to know; nothing is wrong."""
    return Finding("note", subject, text)


def wrong(subject: str, text: str) -> Finding:
    """It is not as it must be; the text says what to do."""
    return Finding("WRONG", subject, text)


def say(finding: Finding) -> None:
    """Print it as one line."""
    style = {"ok": typer.colors.GREEN, "WRONG": typer.colors.RED}.get(finding.verdict)
    typer.echo(
        f"{typer.style(f'{finding.verdict:<5}', fg=style)} {finding.subject:<10} {' '.join(finding.text.split())}"
    )
