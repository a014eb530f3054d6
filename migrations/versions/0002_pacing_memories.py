"""What the pacer learned and decided outlives the daemon."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE pacing_memories (
            campaign_id bigint NOT NULL,
            rates jsonb,
            rates_at timestamptz,
            decisions jsonb,
            decisions_at timestamptz,
            CONSTRAINT pk_pacing_memories PRIMARY KEY (campaign_id),
            CONSTRAINT ck_pacing_memories_rates_have_a_moment CHECK ((rates IS NULL) = (rates_at IS NULL)),
            CONSTRAINT ck_pacing_memories_decisions_have_a_moment CHECK ((decisions IS NULL) = (decisions_at IS NULL)),
            CONSTRAINT fk_pacing_memories_campaign_id FOREIGN KEY (campaign_id) REFERENCES campaigns (id)
        );
    """)


def downgrade() -> None:
    op.execute("DROP TABLE pacing_memories")
