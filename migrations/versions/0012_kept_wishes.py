"""What a customer wishes is kept while the call is open."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE attempts
            ADD COLUMN unwanted_by text,
            ADD CONSTRAINT fk_attempts_unwanted_by FOREIGN KEY (unwanted_by) REFERENCES agents (number)
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE attempts DROP COLUMN unwanted_by")
