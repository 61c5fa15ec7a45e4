"""Feeds have epochs: a database that came back from a backup gives positions anew, and a cursor tells which ones it means."""

from alembic import op
from ihala_kit.migrations import grant

revision = "0027"
down_revision = "0026"

STATEMENTS = """
CREATE TABLE feed_epoch (
    epoch bigint NOT NULL,
    before bigint,
    single boolean PRIMARY KEY DEFAULT true CHECK (single)
);
INSERT INTO feed_epoch (epoch) VALUES (0);
ALTER TABLE feed_counter ADD COLUMN base bigint NOT NULL DEFAULT 0
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["feed_epoch"], "SELECT, UPDATE")
