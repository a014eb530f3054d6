"""Thirds whom a daemon left behind get an end."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BEFORE = "'unanswered', 'busy', 'returned', 'handed', 'cut'"


def upgrade() -> None:
    op.execute(f"""
        ALTER TABLE transfers DROP CONSTRAINT ck_transfers_outcome,
            ADD CONSTRAINT ck_transfers_outcome CHECK (outcome IN ({BEFORE}, 'restart'))
    """)


def downgrade() -> None:
    op.execute("UPDATE transfers SET outcome = 'cut' WHERE outcome = 'restart'")
    op.execute(f"""
        ALTER TABLE transfers DROP CONSTRAINT ck_transfers_outcome,
            ADD CONSTRAINT ck_transfers_outcome CHECK (outcome IN ({BEFORE}))
    """)
