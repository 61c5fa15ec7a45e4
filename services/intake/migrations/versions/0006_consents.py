"""Guardians, lawful bases, acknowledgements and receipts."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, SYSTEM, grant, row_security

revision = "0006"
down_revision = "0005"

AWAITED = "acknowledge_by IS NOT NULL AND acknowledged_at IS NULL AND silent_since IS NULL"
SILENT = "silent_since IS NOT NULL AND acknowledged_at IS NULL"

ACKNOWLEDGEMENTS = [
    """ALTER TABLE disclosure ADD acknowledge_by timestamptz, ADD acknowledged_at timestamptz, ADD acknowledgement text,
        ADD legal_basis text, ADD silent_since timestamptz,
        ADD CHECK (acknowledgement IN ('deleted', 'kept')),
        ADD CHECK ((acknowledgement IS NULL) = (acknowledged_at IS NULL)),
        ADD CHECK ((acknowledgement IS NOT DISTINCT FROM 'kept') = (legal_basis IS NOT NULL)),
        ADD CHECK (acknowledge_by IS NULL OR state = 'closed'),
        ADD CHECK (silent_since IS NULL OR acknowledge_by IS NOT NULL)""",
    f"CREATE INDEX disclosure_awaited ON disclosure (acknowledge_by, id) WHERE {AWAITED}",
    f"CREATE INDEX disclosure_silent ON disclosure (operator_id, silent_since, id) WHERE {SILENT}",
    "CREATE INDEX disclosure_person ON disclosure (person_id, id)",
    """CREATE TABLE disclosed (
        disclosure_id uuid NOT NULL REFERENCES disclosure DEFERRABLE INITIALLY DEFERRED, revision integer NOT NULL,
        operator_id uuid NOT NULL, origin_id uuid NOT NULL, organization_id uuid NOT NULL, sensitivity text NOT NULL,
        fields text[] NOT NULL, reads integer NOT NULL, first_read_at timestamptz NOT NULL, last_read_at timestamptz NOT NULL,
        PRIMARY KEY (disclosure_id, revision), CHECK (reads > 0)
    )""",
]

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"
RESTRICTED = f"sensitivity <> 'restricted' OR {CLEARED} OR (origin_id = {ORGANIZATION} AND operator_id <> {ORGANIZATION})"
VISIBLE = {"disclosed": f"{OWN} OR organization_id = {ORGANIZATION}"}


def upgrade() -> None:
    for statement in ACKNOWLEDGEMENTS:
        op.execute(statement)
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
        for command in ("SELECT", "UPDATE"):
            name = f"restricted_{command.lower()}"
            op.execute(f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {command} USING ({SYSTEM} OR {RESTRICTED})")
    grant(op, list(VISIBLE), "SELECT, INSERT, UPDATE")
