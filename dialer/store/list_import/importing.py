"""A CSV file onto a list: all of it that is good, or nothing, in one transaction and in little memory."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.words import ListName
from dialer.store.list_import.merge import COPY, merge, prepare
from dialer.store.list_import.people import Person, RowWrong, country_is_known, person_of
from dialer.store.list_import.problems import LineProblem, ListFileWrong
from dialer.store.list_import.table import Table, open_table

MOST_PROBLEMS = 1_000
PROGRESS_EVERY = 500
"""Rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """What shall be imported."""

    path: Path
    list: ListName
    country: str | None = None
    """Of numbers without a country code; two letters of ISO 3166."""
    dry_run: bool = False
    """Do everything, and keep nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a file."""

    encoding: str
    """As which it was read, by Python's name."""
    lines: int
    """Lines with something on them, the header not counted."""
    customers_new: int
    customers_known: int
    leads_new: int
    leads_known: int
    numbers_new: int
    duplicates: int
    """Lines of customers who stand further up in the file as well; their numbers were put together."""
    invalid: int
    """Lines that were no use."""
    suppressed: int
    """Lines with a number or a customer that must not be called."""
    problems: tuple[LineProblem, ...]
    """Sorted by line; the first thousand."""


async def import_list(
    engine: AsyncEngine, request: ImportRequest, *, progress: Callable[[int], None] = lambda lines_read: None
) -> ImportReport:
    """Import a file; importing it again changes nothing.

    `progress` hears now and then how many lines were read.

    :raises ListFileWrong: the file or the country is no use; nothing was changed.
    """
    if request.country is not None and not country_is_known(request.country):
        raise ListFileWrong(
            request.path, f"country `{request.country}` is unknown; expected two letters of ISO 3166 such as CN"
        )
    with open_table(request.path) as table:
        async with engine.connect() as connection, connection.begin() as transaction:
            await prepare(connection)
            lines, invalid, problems = await _copy(connection, table, request.country, progress)
            merged = await merge(connection, request.list)
            if request.dry_run:
                await transaction.rollback()
    return ImportReport(
        encoding=table.encoding,
        lines=lines,
        customers_new=merged.customers_new,
        customers_known=merged.customers_known,
        leads_new=merged.leads_new,
        leads_known=merged.leads_known,
        numbers_new=merged.numbers_new,
        duplicates=merged.duplicates,
        invalid=invalid,
        suppressed=merged.suppressed,
        problems=tuple(sorted((*problems, *merged.problems), key=lambda problem: problem.line)[:MOST_PROBLEMS]),
    )


async def _copy(
    connection: AsyncConnection, table: Table, country: str | None, progress: Callable[[int], None]
) -> tuple[int, int, list[LineProblem]]:
    """Write every usable row into `people`; the answer is lines, useless lines and problems."""
    lines = invalid = 0
    problems: list[LineProblem] = []
    session = (await connection.get_raw_connection()).driver_connection
    if session is None:
        raise ConnectionError("the connection to PostgreSQL was lost")
    async with session.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in table.rows:
            lines += 1
            try:
                person, complaints = person_of(row, table.columns, country)
            except RowWrong as error:
                invalid += 1
                complaints = (str(error),)
            else:
                await copy.write_row(_as_row(person))
            if len(problems) < MOST_PROBLEMS:
                problems += [LineProblem(row.line, complaint) for complaint in complaints]
            if lines % PROGRESS_EVERY == 0:
                progress(row.line)
    return lines, invalid, problems


def _as_row(person: Person) -> tuple[Any, ...]:
    return (
        person.line,
        person.external_id,
        person.name,
        person.time_zone,
        json.dumps(person.extra, ensure_ascii=False),
        [number.e164 for number in person.numbers],
        [number.national for number in person.numbers],
        json.dumps([number.time_zones for number in person.numbers]),
    )
