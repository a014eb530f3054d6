"""What machine detection said of a call, what it was in truth, and what was left on a machine."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE attempts ADD COLUMN amd_verdict text;
        ALTER TABLE attempts ADD COLUMN amd_cause text;
        ALTER TABLE attempts ADD COLUMN amd_sampled boolean;
        ALTER TABLE attempts ADD COLUMN amd_truth text;
        ALTER TABLE attempts ADD COLUMN machine_message text;
        ALTER TABLE attempts ADD CONSTRAINT ck_attempts_amd_verdict
            CHECK (amd_verdict IN ('human', 'machine', 'fax', 'silence', 'unsure'));
        ALTER TABLE attempts ADD CONSTRAINT ck_attempts_amd_truth CHECK (amd_truth IN ('person', 'machine'));
        ALTER TABLE attempts ADD CONSTRAINT ck_attempts_machine_message
            CHECK (machine_message IN ('left', 'cut', 'not_begun', 'no_end', 'failed'));
    """)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE attempts DROP COLUMN amd_verdict;
        ALTER TABLE attempts DROP COLUMN amd_cause;
        ALTER TABLE attempts DROP COLUMN amd_sampled;
        ALTER TABLE attempts DROP COLUMN amd_truth;
        ALTER TABLE attempts DROP COLUMN machine_message;
    """)
