"""Calendars and closures of organisations and operators, services' own deadlines, and the rests that deadlines are counted with."""

from alembic import op
from ihala_kit.migrations import OPERATOR, ORGANIZATION, grant, row_security

revision = "0003"
down_revision = "0002"

TABLES = (
    """
    CREATE TABLE calendar (
        organization_id uuid PRIMARY KEY,
        operator_id uuid,
        zone text NOT NULL,
        week text[] NOT NULL CHECK (cardinality(week) > 0),
        opens time NOT NULL,
        closes time NOT NULL,
        lists text[] NOT NULL,
        changed_at timestamptz NOT NULL,
        client_id text NOT NULL,
        version integer NOT NULL,
        CONSTRAINT opens_before_it_closes CHECK (opens < closes)
    )
    """,
    """
    CREATE TABLE closure (
        id uuid PRIMARY KEY,
        operator_id uuid,
        organization_id uuid,
        governorate text,
        first_day date NOT NULL,
        last_day date NOT NULL,
        works boolean NOT NULL,
        reason text NOT NULL,
        declared_at timestamptz NOT NULL,
        client_id text NOT NULL,
        withdrawn_at timestamptz,
        version integer NOT NULL,
        CONSTRAINT closure_is_somebodys CHECK (operator_id IS NOT NULL OR organization_id IS NOT NULL),
        CONSTRAINT closure_begins_before_it_ends CHECK (first_day <= last_day)
    )
    """,
    """
    CREATE TABLE service_policy (
        service_id uuid NOT NULL,
        version integer NOT NULL,
        organization_id uuid NOT NULL,
        operator_id uuid,
        urgencies jsonb NOT NULL,
        set_at timestamptz NOT NULL,
        client_id text NOT NULL,
        PRIMARY KEY (service_id, version)
    )
    """,
    "CREATE TABLE calendar_stamp (id boolean PRIMARY KEY CHECK (id), stamp uuid NOT NULL)",
)
INDEXES = (
    "CREATE INDEX calendar_of_operator ON calendar (operator_id, organization_id)",
    "CREATE INDEX closure_of_operator ON closure (operator_id, id)",
    "CREATE INDEX closure_of_organization ON closure (organization_id, id)",
    "CREATE INDEX closure_standing ON closure (last_day) WHERE withdrawn_at IS NULL",
)
OURS = f"organization_id = {ORGANIZATION} OR operator_id = {ORGANIZATION}"


def upgrade() -> None:
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    op.execute("ALTER TABLE referral ADD rests timestamptz[] NOT NULL DEFAULT '{}', ADD service_policy integer")
    op.execute("ALTER TABLE referral ALTER rests DROP DEFAULT")
    grant(op, ("calendar", "closure", "service_policy", "calendar_stamp"))
    # An organisation sees its own and its operator's; an operator those of its organisations. A closure for everybody is seen by them.
    row_security(op, "calendar", f"{OURS} OR organization_id = {OPERATOR}")
    row_security(op, "closure", f"{OURS} OR (organization_id IS NULL AND operator_id = {OPERATOR})")
    row_security(op, "service_policy", OURS)
    row_security(op, "calendar_stamp", "true")
