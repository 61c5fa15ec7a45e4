"""The index of what is due by channel, in words that may be looked up beneath row policies: PostgreSQL does not know COALESCE as leakproof."""

from alembic import op

revision = "0018"
down_revision = "0017"

STATEMENTS = """
CREATE INDEX message_due_in_lane ON message ((CASE WHEN channel IS NULL THEN '' ELSE channel END), next_at)
    WHERE state IN ('waiting', 'sending');
DROP INDEX message_due_by_channel
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
