"""What machine detection did in a campaign, and how many people it took for machines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.core.false_positives import Estimated, TakenForNobody, abandon_rate_with, share_of_people

MACHINE_DEFINITIONS: Mapping[str, str] = {
    "amd_verdicts": "Calls by what machine detection said of them.",
    "machine_messages": "Messages that were to be left on machines, by how far they came.",
    "taken_for_nobody": "Calls that detection took for a machine or for dead air.",
    "sampled": "Of these, calls that went to an agent.",
    "checked": "Of these, calls of which the agent said what it was.",
    "false_positives": "Of these, people.",
    "false_positive_share": "false_positives / checked.",
    "false_positive_share_low": "Lower end of its 95 % interval (Wilson, 1927).",
    "false_positive_share_high": "Upper end of the same.",
    "silent_calls": "Estimate: false_positive_share of the calls taken for nobody's that no agent took; people who had "
    "silence, or a recorded message.",
    "silent_calls_low": "With the lower end.",
    "silent_calls_high": "With the upper end.",
    "silent_calls_counted": "As the drop cap counts them: with half a person more, and of 25 checked calls at least.",
    "abandon_rate_with_silent": "(abandoned + silent_calls) / (live_answers + silent_calls).",
    "abandon_rate_with_silent_low": "With the lower end.",
    "abandon_rate_with_silent_high": "With the upper end.",
}

_MACHINES = text("""
    SELECT count(*) FILTER (WHERE nobody) AS taken, count(*) FILTER (WHERE nobody AND amd_sampled) AS sampled,
        count(*) FILTER (WHERE nobody AND amd_sampled AND amd_truth IS NOT NULL) AS checked,
        count(*) FILTER (WHERE nobody AND amd_sampled AND amd_truth = 'person') AS people,
        count(*) FILTER (WHERE nobody AND amd_truth = 'person' AND NOT amd_sampled) AS showed_themselves,
        count(*) FILTER (WHERE disposition IN ('answered', 'abandoned')) AS live_answers,
        count(*) FILTER (WHERE disposition = 'abandoned') AS abandoned
    FROM (
        SELECT *, coalesce(amd_verdict IN ('machine', 'silence'), false) AS nobody FROM attempts
        WHERE campaign_id = :campaign AND dialed_at IS NOT NULL AND ended_at IS NOT NULL
          AND opened_at >= :since AND opened_at < :until
    ) AS call
""")

_COUNTS = text("""
    SELECT amd_verdict AS verdict, machine_message AS message, count(*) AS n FROM attempts
    WHERE campaign_id = :campaign AND dialed_at IS NOT NULL AND ended_at IS NOT NULL
      AND opened_at >= :since AND opened_at < :until
    GROUP BY 1, 2
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFigures:
    """`MACHINE_DEFINITIONS` says what each means. None where no call was checked."""

    amd_verdicts: Mapping[str, int]
    machine_messages: Mapping[str, int]
    taken_for_nobody: int
    sampled: int
    checked: int
    false_positives: int
    false_positive_share: float | None
    false_positive_share_low: float | None
    false_positive_share_high: float | None
    silent_calls: float | None
    silent_calls_low: float | None
    silent_calls_high: float | None
    silent_calls_counted: float
    abandon_rate_with_silent: float | None
    abandon_rate_with_silent_low: float | None
    abandon_rate_with_silent_high: float | None


async def machine_figures(connection: AsyncConnection, scope: Mapping[str, Any]) -> MachineFigures:
    """Of the calls in `scope`: `campaign` (its id), `since`, `until`."""
    seen = (await connection.execute(_MACHINES, scope)).one()
    counts = (await connection.execute(_COUNTS, scope)).all()
    share = share_of_people(seen.checked, seen.people)
    unheard = seen.taken - seen.sampled - seen.showed_themselves
    silent = share.times(unheard) if share else None
    rate = abandon_rate_with(silent, seen.abandoned, seen.live_answers) if silent else None
    return MachineFigures(
        amd_verdicts=_sums((row.verdict, row.n) for row in counts),
        machine_messages=_sums((row.message, row.n) for row in counts),
        taken_for_nobody=seen.taken,
        sampled=seen.sampled,
        checked=seen.checked,
        false_positives=seen.people,
        **_ends("false_positive_share", share),
        **_ends("silent_calls", silent),
        silent_calls_counted=TakenForNobody(unheard=unheard, checked=seen.checked, people=seen.people).silent_calls,
        **_ends("abandon_rate_with_silent", rate),
    )


def _ends(name: str, figure: Estimated | None) -> dict[str, Any]:
    return {
        name: figure.value if figure else None,
        f"{name}_low": figure.low if figure else None,
        f"{name}_high": figure.high if figure else None,
    }


def _sums(named: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, count in named:
        if name is not None:
            sums[name] = sums.get(name, 0) + count
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
