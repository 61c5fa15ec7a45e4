"""After a restore feeds go on far above all positions that were ever given."""

from alembic import op
from ihala_kit.migrations import grant

revision = "0027"
down_revision = "0026"

STATEMENTS = """
CREATE TABLE feed_start (
    position bigint NOT NULL,
    single boolean PRIMARY KEY DEFAULT true CHECK (single)
);
INSERT INTO feed_start (position) VALUES (0)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["feed_start"], "SELECT, UPDATE")
