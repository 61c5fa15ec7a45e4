"""What an operator looks for among messages, and daily sums of what became of them; messages about restricted needs are the cleared's."""

from alembic import op
from ihala_kit.migrations import CLEARED, OPERATOR, ORGANIZATION, SYSTEM, grant, row_security

revision = "0016"
down_revision = "0015"

STATEMENTS = """
ALTER TABLE message ADD COLUMN restricted boolean NOT NULL DEFAULT false, ADD COLUMN counted boolean NOT NULL DEFAULT false;
CREATE INDEX message_unsettled ON message (operator_id, id) WHERE state IN ('waiting', 'sending', 'sent');
CREATE INDEX message_failed ON message (operator_id, id) WHERE state = 'failed';
CREATE INDEX message_uncounted ON message (id) WHERE settled_at IS NOT NULL AND NOT counted;
CREATE TABLE message_day (
    operator_id uuid,
    day date,
    channel text,
    route text,
    language text,
    template text,
    status text,
    n integer NOT NULL,
    PRIMARY KEY (operator_id, day, channel, route, language, template, status)
);
CREATE INDEX message_day_day ON message_day (day)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["message_day"])
    row_security(op, "message_day", f"operator_id = {OPERATOR} AND operator_id = {ORGANIZATION}")
    op.execute(f"CREATE POLICY restricted ON message AS RESTRICTIVE USING ({SYSTEM} OR NOT restricted OR {CLEARED})")
