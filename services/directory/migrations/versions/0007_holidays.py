"""Holidays: days on which the offices of an area are closed, as its operator declares them; and two indexes for the open feed."""

from alembic import op
from ihala_kit.migrations import grant, row_security

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE holiday (
            id uuid PRIMARY KEY,
            operator_id uuid NOT NULL,
            day date NOT NULL,
            area text NOT NULL,
            names jsonb NOT NULL,
            declared_at timestamptz NOT NULL,
            version integer NOT NULL,
            UNIQUE (area, day, operator_id)
        )
    """)
    grant(op, ["holiday"])
    row_security(op, "holiday", "true")
    op.execute("CREATE INDEX location_changed ON location (changed_at, id)")  # harvests
    op.execute("CREATE INDEX location_point ON location (latitude, longitude) WHERE NOT hidden")  # what lies near a point
