"""What all rows share: types by annotation, and names of constraints that a migration can rely on."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """A row. Moments are `timestamptz`, texts are `text`, whole numbers are `bigint`."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own name
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        int: BigInteger,
        list[str]: ARRAY(Text),
        str: Text,
        uuid.UUID: Uuid,
    }


def one_of(column: str, words: Iterable[StrEnum]) -> str:
    """The SQL condition that a column holds one of these words; true of NULL, as every check is."""
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"
