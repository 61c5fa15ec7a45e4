"""Operators' own rules about which origins may push which needs by themselves."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, SYSTEM, grant, row_security

revision = "0010"
down_revision = "0009"

VERSION = """
CREATE TABLE competence_version (
    operator_id uuid NOT NULL,
    origin_kind text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    valid_from timestamptz NOT NULL,
    rows jsonb NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL,
    acting_officer text,
    PRIMARY KEY (operator_id, origin_kind, version)
)
"""


def upgrade() -> None:
    op.execute(VERSION)
    grant(op, ("competence_version",), "SELECT, INSERT")
    row_security(op, "competence_version", "true")  # rules, no secrets: who pushes must be able to read them
    own = f"{SYSTEM} OR operator_id = {ORGANIZATION}"
    op.execute(f"CREATE POLICY own ON competence_version AS RESTRICTIVE FOR INSERT WITH CHECK ({own})")
