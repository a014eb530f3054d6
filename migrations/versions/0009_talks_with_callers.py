"""Talks with callers have dispositions, and count for the campaign that called last."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE queue_waits ADD COLUMN customer_id bigint;
        ALTER TABLE queue_waits ADD COLUMN campaign text;
        ALTER TABLE queue_waits ADD COLUMN last_agent text;
        ALTER TABLE queue_waits ADD COLUMN agent_disposition text;
        ALTER TABLE queue_waits ADD CONSTRAINT fk_queue_waits_customer_id
            FOREIGN KEY (customer_id) REFERENCES customers (id);
        CREATE INDEX ix_queue_waits_customer_id ON queue_waits (customer_id) WHERE customer_id IS NOT NULL;
        CREATE INDEX ix_inbound_calls_caller ON inbound_calls (caller);
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX ix_inbound_calls_caller;
        DROP INDEX ix_queue_waits_customer_id;
        ALTER TABLE queue_waits DROP COLUMN customer_id;
        ALTER TABLE queue_waits DROP COLUMN campaign;
        ALTER TABLE queue_waits DROP COLUMN last_agent;
        ALTER TABLE queue_waits DROP COLUMN agent_disposition;
    """)
