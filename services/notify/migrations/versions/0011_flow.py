"""Messages are claimed by channel, each as many as there is room for; and a message knows by which channels it is not tried any more."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = """
ALTER TABLE message ADD COLUMN not_by text[] NOT NULL DEFAULT '{}';
CREATE INDEX message_due_by_channel ON message (coalesce(channel, ''), next_at) WHERE state IN ('waiting', 'sending');
DROP INDEX message_due
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
