"""What an agent has promised a caller is kept while the talk goes on and is written about."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE queue_waits
            ADD COLUMN callback_at timestamptz,
            ADD COLUMN callback_agent text,
            ADD COLUMN unwanted_by text,
            ADD CONSTRAINT fk_queue_waits_callback_agent FOREIGN KEY (callback_agent) REFERENCES agents (number),
            ADD CONSTRAINT fk_queue_waits_unwanted_by FOREIGN KEY (unwanted_by) REFERENCES agents (number)
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE queue_waits DROP COLUMN callback_at, DROP COLUMN callback_agent, DROP COLUMN unwanted_by")
