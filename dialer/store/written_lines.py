"""Rows as lines for other programs."""

import csv
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TextIO


async def write_csv_lines(rows: AsyncIterator[Mapping[str, Any]], fields: Sequence[str], out: TextIO) -> int:
    """As CSV (RFC 4180) with a header line, `true` and `false` in small letters; the answer is how many there were.
    Nothing is written where the first row cannot be had."""
    writer = csv.DictWriter(out, fields)
    count = 0
    async for row in rows:
        if count == 0:
            writer.writeheader()
        writer.writerow({key: str(value).lower() if isinstance(value, bool) else value for key, value in row.items()})
        count += 1
    if count == 0:
        writer.writeheader()
    return count


async def write_json_lines(rows: AsyncIterator[Mapping[str, Any]], out: TextIO) -> int:
    """As one JSON object a line; the answer is how many there were."""
    count = 0
    async for row in rows:
        out.write(json.dumps(dict(row), ensure_ascii=False) + "\n")
        count += 1
    return count
