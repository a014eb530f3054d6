"""An agent, as the site file lists them."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Agent(Base):
    __tablename__ = "agents"

    number: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(server_default="")
    teams: Mapped[list[str]] = mapped_column(server_default=text("'{}'::text[]"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    """Still in the site file."""
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
