"""Subscriptions of three kinds, narrowed to types, governorates, own services and own parts; whom a feed no longer tells anything."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0004"
down_revision = "0003"

# The defaults stay: the version before this one goes on writing while it is replaced.
STATEMENTS = """
ALTER TABLE feed ADD COLUMN roles text[] NOT NULL DEFAULT '{}', ADD COLUMN governorate text, ADD COLUMN service_id uuid;
ALTER TABLE need ADD COLUMN governorate text, ADD COLUMN origin_governorate text;
CREATE TABLE referral (
    referral_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    service_id uuid NOT NULL,
    governorate text NOT NULL
);
CREATE TABLE standing (
    organization_id uuid PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('suspended', 'left')),
    since timestamptz NOT NULL
);
ALTER TABLE subscription
    DROP CONSTRAINT subscription_kind_check,
    ADD CHECK (kind IN ('feed', 'webhook', 'kafka')),
    ADD COLUMN governorates text[],
    ADD COLUMN services uuid[],
    ADD COLUMN roles text[],
    ADD COLUMN state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'degraded', 'paused', 'disabled')),
    ADD COLUMN reason text,
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN ended_at timestamptz;
UPDATE subscription SET changed_at = created_at;
CREATE INDEX subscription_served ON subscription (kind, id) WHERE state IN ('active', 'degraded') AND ended_at IS NULL;
CREATE TABLE webhook (
    subscription_id uuid PRIMARY KEY REFERENCES subscription ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    url text NOT NULL,
    ordered boolean NOT NULL,
    cursor bigint NOT NULL,
    lease_owner text,
    lease_until timestamptz,
    failing_since timestamptz,
    failures integer NOT NULL DEFAULT 0,
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);
CREATE TABLE webhook_key (
    id uuid PRIMARY KEY,
    subscription_id uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    kid text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('hmac', 'ed25519')),
    secret bytea NOT NULL,
    public text,
    created_at timestamptz NOT NULL,
    valid_until timestamptz,
    UNIQUE (subscription_id, kid),
    CHECK ((kind = 'ed25519') = (public IS NOT NULL))
);
CREATE INDEX webhook_key_master ON webhook_key (get_byte(secret, 0), id)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["referral", "standing", "webhook", "webhook_key"])
    for table in ("webhook", "webhook_key"):
        row_security(op, table, f"organization_id = {ORGANIZATION}")
    for table in ("referral", "standing"):
        row_security(op, table, "false")
