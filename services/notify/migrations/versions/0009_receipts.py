"""What became of a message after it was handed over: routes, their ids for each SMS, their receipts, and kinds of failure."""

from alembic import op
from ihala_kit.migrations import grant, row_security

revision = "0009"
down_revision = "0008"

STATEMENTS = """
ALTER TABLE message
    ADD COLUMN route text,
    ADD COLUMN parts integer,
    ADD COLUMN rounds integer NOT NULL DEFAULT 0,
    ADD COLUMN failure text CHECK (failure IN ('temporary', 'permanent', 'technical')),
    ADD COLUMN handed_at timestamptz,
    DROP CONSTRAINT message_state_check,
    DROP CONSTRAINT open_has_a_next_instant,
    ADD CHECK (state IN ('waiting', 'sending', 'sent', 'delivered', 'failed', 'dropped')),
    ADD CONSTRAINT open_has_a_next_instant CHECK ((state IN ('waiting', 'sending', 'sent')) = (next_at IS NOT NULL)),
    ADD CONSTRAINT only_failures_have_a_kind CHECK (failure IS NULL OR state = 'failed');
CREATE INDEX message_receipt_due ON message (next_at) WHERE state = 'sent';
CREATE TABLE message_part (
    route text,
    foreign_id text,
    message_id uuid,
    attempt integer,
    state text CHECK (state IN ('delivered', 'temporary', 'permanent')),
    code text,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (route, foreign_id),
    CHECK ((message_id IS NULL) = (attempt IS NULL)),
    CHECK (message_id IS NOT NULL OR state IS NOT NULL)
);
CREATE INDEX message_part_message ON message_part (message_id, attempt);
CREATE INDEX message_part_age ON message_part (recorded_at)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["message_part"])
    row_security(op, "message_part", "false")
