"""Deliveries of webhooks and each try, what is sent again, and what a webhook has settled ahead of its cursor."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0005"
down_revision = "0004"

STATEMENTS = """
ALTER TABLE webhook
    ADD COLUMN ahead bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN replay_cursor bigint,
    ADD COLUMN replay_until bigint,
    ADD CHECK ((replay_cursor IS NULL) = (replay_until IS NULL));
CREATE INDEX webhook_lease ON webhook (lease_owner);
CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    subscription_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    position bigint,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    asked boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    status smallint,
    reason text,
    attempts integer NOT NULL,
    begun_at timestamptz NOT NULL,
    next_at timestamptz,
    settled_at timestamptz,
    CONSTRAINT waiting_has_a_next_instant CHECK ((state = 'waiting') = (next_at IS NOT NULL)),
    CONSTRAINT settled_has_a_time CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE INDEX delivery_log ON delivery (subscription_id, id);
CREATE INDEX delivery_open ON delivery (subscription_id, state, id) WHERE state <> 'delivered';
CREATE TABLE attempt (
    delivery_id uuid,
    number integer,
    organization_id uuid NOT NULL,
    at timestamptz NOT NULL,
    status smallint,
    reason text,
    took_ms integer NOT NULL,
    head text,
    PRIMARY KEY (delivery_id, number)
)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["delivery", "attempt"])
    for table in ("delivery", "attempt"):
        row_security(op, table, f"organization_id = {ORGANIZATION}")
