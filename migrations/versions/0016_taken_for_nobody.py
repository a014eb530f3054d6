"""The drop cap counts people among the calls that machine detection took for nobody's."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX ix_attempts_taken_for_nobody ON attempts (campaign_id, ended_at) INCLUDE (amd_sampled, amd_truth)
            WHERE amd_verdict IN ('machine', 'silence');
    """)


def downgrade() -> None:
    op.execute("DROP INDEX ix_attempts_taken_for_nobody")
