"""Supervisors attend talks with callers."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE supervision_stretches ADD COLUMN caller text;
        ALTER TABLE queue_waits ADD COLUMN taken_over_by text;
        ALTER TABLE queue_waits ADD COLUMN taken_over_at timestamptz;
        ALTER TABLE queue_waits ADD CONSTRAINT ck_queue_waits_taken_over_by_somebody
            CHECK ((taken_over_by IS NULL) = (taken_over_at IS NULL));
    """)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE queue_waits DROP COLUMN taken_over_by;
        ALTER TABLE queue_waits DROP COLUMN taken_over_at;
        ALTER TABLE supervision_stretches DROP COLUMN caller;
    """)
