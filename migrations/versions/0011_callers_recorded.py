"""Talks with callers are recorded: a recording is of a talk, which is an attempt's or a caller's."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE recordings ADD COLUMN talk text;
        UPDATE recordings SET talk = attempt_id::text;
        ALTER TABLE recordings DROP CONSTRAINT pk_recordings;
        ALTER TABLE recordings ALTER COLUMN attempt_id DROP NOT NULL;
        ALTER TABLE recordings ADD CONSTRAINT pk_recordings PRIMARY KEY (talk);
        ALTER TABLE recordings ADD CONSTRAINT uq_recordings_attempt_id UNIQUE (attempt_id);
        ALTER TABLE recordings ADD CONSTRAINT ck_recordings_talk_of_attempt CHECK (attempt_id::text = talk);
    """)


def downgrade() -> None:
    op.execute("""
        DELETE FROM recordings WHERE attempt_id IS NULL;
        ALTER TABLE recordings DROP CONSTRAINT uq_recordings_attempt_id;
        ALTER TABLE recordings DROP COLUMN talk;
        ALTER TABLE recordings ADD CONSTRAINT pk_recordings PRIMARY KEY (attempt_id);
    """)
