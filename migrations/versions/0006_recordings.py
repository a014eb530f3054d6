"""Talks are recorded."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE recordings (
            attempt_id uuid NOT NULL,
            since timestamptz NOT NULL,
            keep_until timestamptz NOT NULL,
            announced boolean NOT NULL,
            pauses jsonb NOT NULL,
            finished_at timestamptz,
            seconds double precision,
            bytes bigint,
            sha256 text,
            failure text,
            deleted_at timestamptz,
            CONSTRAINT pk_recordings PRIMARY KEY (attempt_id),
            CONSTRAINT ck_recordings_whole
                CHECK ((sha256 IS NULL) = (bytes IS NULL) AND (sha256 IS NULL) = (seconds IS NULL)),
            CONSTRAINT ck_recordings_kept_or_failed
                CHECK (finished_at IS NULL OR sha256 IS NOT NULL OR failure IS NOT NULL),
            CONSTRAINT ck_recordings_deleted_when_finished CHECK (deleted_at IS NULL OR finished_at IS NOT NULL),
            CONSTRAINT fk_recordings_attempt_id FOREIGN KEY (attempt_id) REFERENCES attempts (id)
        );
        CREATE INDEX ix_recordings_open ON recordings (since) WHERE finished_at IS NULL;
        CREATE INDEX ix_recordings_to_delete ON recordings (keep_until) WHERE deleted_at IS NULL;
    """)


def downgrade() -> None:
    op.execute("DROP TABLE recordings")
