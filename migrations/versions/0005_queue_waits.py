"""Callers wait for teams."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE queue_waits (
            call_id text NOT NULL,
            arrived_at timestamptz NOT NULL,
            run_id integer NOT NULL,
            team text NOT NULL,
            skills text[] NOT NULL,
            priority integer NOT NULL,
            target_seconds double precision NOT NULL,
            position integer NOT NULL,
            expected_seconds double precision,
            outcome text,
            agent text,
            answered_at timestamptz,
            left_at timestamptz,
            handled_at timestamptz,
            CONSTRAINT pk_queue_waits PRIMARY KEY (call_id, arrived_at),
            CONSTRAINT ck_queue_waits_outcome
                CHECK (outcome IN ('answered', 'abandoned', 'timeout', 'by_key', 'closed', 'lost')),
            CONSTRAINT ck_queue_waits_answered_then CHECK ((outcome = 'answered') = (answered_at IS NOT NULL)),
            CONSTRAINT fk_queue_waits_run_id FOREIGN KEY (run_id) REFERENCES runs (id),
            CONSTRAINT fk_queue_waits_agent FOREIGN KEY (agent) REFERENCES agents (number)
        );
        CREATE INDEX ix_queue_waits_team_arrived_at ON queue_waits (team, arrived_at);
        CREATE INDEX ix_queue_waits_open ON queue_waits (run_id) WHERE outcome IS NULL;
        ALTER TABLE agent_intervals ADD COLUMN caller text;
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE agent_intervals DROP COLUMN caller")
    op.execute("DROP TABLE queue_waits")
