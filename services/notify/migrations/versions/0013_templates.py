"""Operators' own versions of templates; whose version a message used, and what somebody gave for a message by hand."""

from alembic import op
from ihala_kit.migrations import CLEARED, OPERATOR, ORGANIZATION, grant, row_security

revision = "0013"
down_revision = "0012"

STATEMENTS = """
ALTER TABLE message ADD COLUMN template_of uuid, ADD COLUMN given jsonb;
CREATE TABLE template_version (
    operator_id uuid,
    name text,
    version integer CHECK (version > 0),
    sentences jsonb,
    built_in_version integer NOT NULL,
    author text NOT NULL,
    client_id text NOT NULL,
    why text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (operator_id, name, version)
)
"""
_OF_THE_OPERATOR = f"operator_id = {OPERATOR} AND operator_id = {ORGANIZATION}"


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["template_version"], "SELECT, INSERT")
    row_security(op, "template_version", _OF_THE_OPERATOR)
    # Who sends by hand must be able to see whose need it is; what is restricted only if cleared.
    op.execute(f"CREATE POLICY own ON need FOR SELECT USING ({_OF_THE_OPERATOR} AND (sensitivity <> 'restricted' OR {CLEARED}))")
