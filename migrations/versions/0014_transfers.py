"""Agents call thirds in the midst of a talk, and leave customers to them."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE transfers (
            third text NOT NULL,
            attempt_id uuid,
            caller text,
            agent text NOT NULL,
            kind text NOT NULL,
            target text NOT NULL,
            at timestamptz NOT NULL,
            answered_at timestamptz,
            ended_at timestamptz,
            outcome text,
            CONSTRAINT pk_transfers PRIMARY KEY (third),
            CONSTRAINT ck_transfers_kind CHECK (kind IN ('consultation', 'three_way', 'warm', 'blind')),
            CONSTRAINT ck_transfers_outcome
                CHECK (outcome IN ('unanswered', 'busy', 'returned', 'handed', 'cut')),
            CONSTRAINT ck_transfers_one_customer CHECK ((attempt_id IS NULL) <> (caller IS NULL)),
            CONSTRAINT ck_transfers_ended CHECK (outcome IS NULL OR ended_at IS NOT NULL),
            CONSTRAINT fk_transfers_agent FOREIGN KEY (agent) REFERENCES agents (number)
        );
        CREATE INDEX ix_transfers_attempt_id ON transfers (attempt_id);
        CREATE INDEX ix_transfers_caller ON transfers (caller);
        CREATE INDEX ix_transfers_agent_at ON transfers (agent, at);
    """)


def downgrade() -> None:
    op.execute("DROP TABLE transfers")
