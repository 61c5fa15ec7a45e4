"""How much one recipient is sent, and what is joined; and whether the person of a restricted need wishes to hear of it."""

from alembic import op
from ihala_kit.migrations import grant, row_security

revision = "0017"
down_revision = "0016"

STATEMENTS = """
ALTER TABLE need ADD COLUMN messages_wanted boolean NOT NULL DEFAULT false;
ALTER TABLE message ADD COLUMN recipient_id uuid, ADD COLUMN joins integer NOT NULL DEFAULT 0;
CREATE INDEX message_put_off ON message (recipient_id, id) WHERE recipient_id IS NOT NULL AND state = 'waiting';
CREATE TABLE recipient_message (
    message_id uuid PRIMARY KEY,
    recipient_id uuid NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX recipient_message_recipient ON recipient_message (recipient_id, at);
CREATE INDEX recipient_message_age ON recipient_message (at)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["recipient_message"])
    row_security(op, "recipient_message", "false")
