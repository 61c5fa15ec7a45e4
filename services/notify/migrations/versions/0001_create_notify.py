"""Create notify: feeds, subscriptions, messages, and the copies it keeps of others' events."""

from alembic import op
from ihala_kit.migrations import OPERATOR, ORGANIZATION, app_role, grant, row_security
from ihala_kit.schema import create_v1

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE feed_counter (
    organization_id uuid PRIMARY KEY,
    position bigint NOT NULL CHECK (position >= purged_to),
    purged_to bigint NOT NULL
);
CREATE TABLE feed (
    organization_id uuid,
    position bigint,
    event_id uuid NOT NULL,
    source text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    time timestamptz,
    data jsonb NOT NULL,
    appended_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, position)
);
CREATE INDEX feed_age ON feed (appended_at);
CREATE TABLE subscription (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    client_id text NOT NULL,
    kind text NOT NULL CHECK (kind = 'feed'),
    types text[],
    version integer NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX subscription_owner ON subscription (organization_id, id);
CREATE TABLE need (
    need_id uuid PRIMARY KEY,
    known boolean NOT NULL,
    operator_id uuid,
    origin_id uuid,
    origin_kind text,
    sensitivity text CHECK (sensitivity IN ('standard', 'protected', 'restricted')),
    reference text,
    ended boolean NOT NULL,
    CHECK (NOT known OR num_nulls(operator_id, origin_id, origin_kind, sensitivity, reference) = 0)
);
CREATE TABLE early_event (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    need_id uuid NOT NULL,
    envelope jsonb NOT NULL,
    data jsonb NOT NULL,
    kept_at timestamptz NOT NULL
);
CREATE INDEX early_event_need ON early_event (need_id, number);
CREATE INDEX early_event_age ON early_event (kept_at);
CREATE TABLE organization (
    organization_id uuid PRIMARY KEY,
    kind text NOT NULL,
    names jsonb NOT NULL,
    phone text,
    operator_id uuid,
    hidden boolean NOT NULL
);
CREATE TABLE service (
    service_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    address jsonb NOT NULL,
    opening_hours jsonb NOT NULL,
    documents_to_bring jsonb NOT NULL
);
CREATE TABLE message (
    id uuid PRIMARY KEY,
    event_id uuid NOT NULL,
    template text NOT NULL,
    recipient text NOT NULL,
    need_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    referral_id uuid,
    organization_id uuid,
    service_id uuid,
    traceparent text,
    state text NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'failed', 'dropped')),
    reason text,
    attempts integer NOT NULL,
    next_at timestamptz,
    useful_until timestamptz NOT NULL,
    said text CHECK (said IN ('full', 'neutral')),
    template_version integer,
    language text,
    channel text,
    queued_at timestamptz NOT NULL,
    settled_at timestamptz,
    CONSTRAINT open_has_a_next_instant CHECK ((state IN ('waiting', 'sending')) = (next_at IS NOT NULL)),
    CONSTRAINT settled_has_a_time CHECK ((state IN ('delivered', 'failed', 'dropped')) = (settled_at IS NOT NULL)),
    CONSTRAINT once_a_recipient UNIQUE (event_id, template, recipient)
);
CREATE INDEX message_due ON message (next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX message_open ON message (need_id, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX message_operator ON message (operator_id, id);
CREATE INDEX message_need ON message (operator_id, need_id, id);
"""


def upgrade() -> None:
    create_v1(op, app_role())
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    grant(op, ["feed_counter", "feed", "subscription", "need", "early_event", "organization", "service", "message"])
    own = f"organization_id = {ORGANIZATION}"
    for table in ("feed_counter", "feed", "subscription"):
        row_security(op, table, own)
    # A provider's clients name an operator too: only the operator's own clients see what people were told.
    row_security(op, "message", f"operator_id = {OPERATOR} AND operator_id = {ORGANIZATION}")
    for table in ("need", "early_event"):
        row_security(op, table, "false")
