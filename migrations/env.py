"""How Alembic reaches the database: on the connection that `dialer.store.schema` hands over, else by
`WAIHU_DATABASE_URL` (for `alembic revision` and the like)."""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from models import Base

ONE_AT_A_TIME = 0x7761_6975
"""Advisory lock: two daemons that upgrade at once do it one after the other, and the second finds it done."""


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        context.run_migrations()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    with create_engine(os.environ["WAIHU_DATABASE_URL"], poolclass=pool.NullPool).connect() as own:
        migrate(own)
