"""The recording of a talk, of an attempt or of a caller."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Recording(Base):
    __tablename__ = "recordings"
    __table_args__ = (
        CheckConstraint("(sha256 IS NULL) = (bytes IS NULL) AND (sha256 IS NULL) = (seconds IS NULL)", name="whole"),
        CheckConstraint("finished_at IS NULL OR sha256 IS NOT NULL OR failure IS NOT NULL", name="kept_or_failed"),
        CheckConstraint("attempt_id::text = talk", name="talk_of_attempt"),
        CheckConstraint("deleted_at IS NULL OR finished_at IS NOT NULL", name="deleted_when_finished"),
        Index("ix_recordings_open", "since", postgresql_where=text("finished_at IS NULL")),
        Index("ix_recordings_to_delete", "keep_until", postgresql_where=text("deleted_at IS NULL")),
    )

    talk: Mapped[str] = mapped_column(primary_key=True)
    """The attempt's id, or Asterisk's of the caller's leg, as in `inbound_calls`. Also the name of the file, `ID.wav`,
    in the site's folder for recordings."""
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("attempts.id"), unique=True)
    """NULL: of a caller."""
    since: Mapped[datetime]
    """When customer and agent were joined: the first sample."""
    keep_until: Mapped[datetime]
    announced: Mapped[bool]
    """Customer and agent were told."""
    pauses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Stretches of silence: `since` and `until`, which is null where it lasts until the end."""
    finished_at: Mapped[datetime | None]
    """NULL: the talk goes on, or its file is not made yet."""
    seconds: Mapped[float | None] = mapped_column(Float)
    bytes: Mapped[int | None]
    sha256: Mapped[str | None]
    """Of the file as it was made."""
    failure: Mapped[str | None]
    """What is missing, and why; with a file: a part is."""
    deleted_at: Mapped[datetime | None]
