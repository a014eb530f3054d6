"""Calls that come in, and every step that a caller took."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE inbound_calls (
            id text NOT NULL,
            run_id integer,
            number text NOT NULL,
            caller text NOT NULL,
            flow text,
            flow_version text,
            customer_id bigint,
            returns_attempt_id uuid,
            language text,
            arrived_at timestamptz NOT NULL,
            ended_at timestamptz,
            outcome text,
            hangup_cause smallint,
            fallback text DEFAULT '' NOT NULL,
            voicemail text DEFAULT '' NOT NULL,
            CONSTRAINT pk_inbound_calls PRIMARY KEY (id),
            CONSTRAINT ck_inbound_calls_outcome
                CHECK (outcome IN ('completed', 'hung_up', 'transferred', 'fallback', 'failed', 'lost')),
            CONSTRAINT ck_inbound_calls_ended_with_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL)),
            CONSTRAINT fk_inbound_calls_run_id FOREIGN KEY (run_id) REFERENCES runs (id),
            CONSTRAINT fk_inbound_calls_customer_id FOREIGN KEY (customer_id) REFERENCES customers (id),
            CONSTRAINT fk_inbound_calls_returns_attempt_id FOREIGN KEY (returns_attempt_id) REFERENCES attempts (id)
        );
        CREATE INDEX ix_inbound_calls_arrived_at ON inbound_calls (arrived_at);
        CREATE INDEX ix_inbound_calls_customer_id ON inbound_calls (customer_id) WHERE customer_id IS NOT NULL;
        CREATE INDEX ix_inbound_calls_returns_attempt_id ON inbound_calls (returns_attempt_id)
            WHERE returns_attempt_id IS NOT NULL;
        CREATE INDEX ix_inbound_calls_open ON inbound_calls (run_id) WHERE ended_at IS NULL;
        CREATE TABLE inbound_steps (
            call_id text NOT NULL,
            position integer NOT NULL,
            step text NOT NULL,
            kind text NOT NULL,
            entered_at timestamptz NOT NULL,
            left_at timestamptz,
            result text,
            value text DEFAULT '' NOT NULL,
            CONSTRAINT pk_inbound_steps PRIMARY KEY (call_id, position),
            CONSTRAINT ck_inbound_steps_left_with_result CHECK ((left_at IS NULL) = (result IS NULL)),
            CONSTRAINT fk_inbound_steps_call_id FOREIGN KEY (call_id) REFERENCES inbound_calls (id)
        );
        CREATE INDEX ix_inbound_steps_answers ON inbound_steps (step, entered_at) WHERE kind = 'question';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE inbound_steps")
    op.execute("DROP TABLE inbound_calls")
