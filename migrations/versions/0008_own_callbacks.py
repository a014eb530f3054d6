"""A callback can be one agent's own, and an attempt knows what was promised in it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE campaign_leads
            ADD COLUMN callback_agent text,
            ADD CONSTRAINT ck_campaign_leads_own_callback CHECK (callback_agent IS NULL OR callback),
            ADD CONSTRAINT fk_campaign_leads_callback_agent FOREIGN KEY (callback_agent) REFERENCES agents (number);
        CREATE INDEX ix_campaign_leads_own_callback ON campaign_leads (campaign_id, callback_agent, due_at)
            WHERE callback_agent IS NOT NULL AND lead_end IS NULL AND run_id IS NULL;
        ALTER TABLE attempts
            ADD COLUMN callback_at timestamptz,
            ADD COLUMN callback_agent text,
            ADD CONSTRAINT ck_attempts_own_callback CHECK (callback_agent IS NULL OR callback_at IS NOT NULL),
            ADD CONSTRAINT fk_attempts_callback_agent FOREIGN KEY (callback_agent) REFERENCES agents (number);
        CREATE INDEX ix_attempts_promised ON attempts (campaign_id, callback_at) WHERE callback_at IS NOT NULL;
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX ix_attempts_promised;
        ALTER TABLE attempts DROP COLUMN callback_agent, DROP COLUMN callback_at;
        DROP INDEX ix_campaign_leads_own_callback;
        ALTER TABLE campaign_leads DROP COLUMN callback_agent;
    """)
