"""Duty rosters, and on whose shift a work item fell."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    """
    CREATE TABLE duty_shift (
        id uuid PRIMARY KEY,
        operator_id uuid NOT NULL,
        governorate text NOT NULL,
        role text NOT NULL CHECK (role IN ('provider','coordinator','directorate')),
        organization_id uuid,
        officer text NOT NULL,
        phone text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        entered_at timestamptz NOT NULL,
        client_id text NOT NULL,
        acting_officer text,
        taken_back_at timestamptz,
        version integer NOT NULL,
        CONSTRAINT provider_of_a_providers_duty CHECK ((role = 'provider') = (organization_id IS NOT NULL)),
        CONSTRAINT shift_of_a_month_at_most CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '31 days')
    )
    """,
    "CREATE INDEX duty_shift_of_roster ON duty_shift (operator_id, governorate, starts_at, id) WHERE taken_back_at IS NULL",
    "ALTER TABLE work_item ADD duty_shift_id uuid",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    grant(op, ["duty_shift"], "SELECT, INSERT, UPDATE")
    row_security(op, "duty_shift", f"operator_id = {ORGANIZATION}")
