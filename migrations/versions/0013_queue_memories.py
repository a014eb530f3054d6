"""What is learned of a team's queue outlives the daemon."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE queue_memories (
            team text NOT NULL,
            learned jsonb NOT NULL,
            learned_at timestamptz NOT NULL,
            CONSTRAINT pk_queue_memories PRIMARY KEY (team)
        );
    """)


def downgrade() -> None:
    op.execute("DROP TABLE queue_memories")
