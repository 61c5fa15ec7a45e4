"""Copies for emergencies: when operators have somebody on duty, services that are always open, and the public phone of each office."""

from alembic import op
from ihala_kit.migrations import grant

revision = "0012"
down_revision = "0011"

STATEMENTS = [
    """CREATE TABLE duty_cover (
        operator_id uuid NOT NULL, governorate text NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
        PRIMARY KEY (operator_id, governorate, starts_at), CHECK (starts_at < ends_at)
    )""",
    """CREATE TABLE service_on_call (
        id uuid NOT NULL, organization_id uuid NOT NULL, names jsonb NOT NULL, need_codes text[] NOT NULL, governorates text[] NOT NULL,
        phones text[] NOT NULL CHECK (cardinality(phones) > 0), PRIMARY KEY (id)
    )""",
    "CREATE INDEX service_on_call_governorate ON service_on_call USING gin (governorates)",
    "ALTER TABLE organization ADD COLUMN phone text",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    grant(op, ["duty_cover", "service_on_call"])  # what is public, as the copy of organisations
