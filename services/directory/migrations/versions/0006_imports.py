"""Imports of files with their reports, what entries are called elsewhere, and which services were public once: harvesters are told."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, grant, row_security

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE TABLE import_file (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL,
    client_id text NOT NULL,
    cleared boolean NOT NULL,
    source text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('sheet', 'sheet_csv', 'hsds', 'hsds_csv')),
    mode text NOT NULL CHECK (mode IN ('all_or_nothing', 'rest')),
    dry_run boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'loading', 'done', 'refused', 'failed')),
    rows integer NOT NULL,
    loaded_until integer NOT NULL,
    created integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL,
    refused integer NOT NULL,
    content bytea,
    received_at timestamptz NOT NULL,
    finished_at timestamptz,
    version integer NOT NULL,
    CHECK ((state = 'waiting') = (content IS NOT NULL)),
    CHECK ((state IN ('done', 'refused', 'failed')) = (finished_at IS NOT NULL))
);
CREATE TABLE import_entry (
    import_id uuid NOT NULL REFERENCES import_file ON DELETE CASCADE,
    number integer NOT NULL,
    operator_id uuid NOT NULL,
    cleared boolean NOT NULL,
    entry jsonb NOT NULL,
    PRIMARY KEY (import_id, number)
);
CREATE TABLE import_line (
    import_id uuid NOT NULL REFERENCES import_file ON DELETE CASCADE,
    number integer NOT NULL,
    operator_id uuid NOT NULL,
    cleared boolean NOT NULL,
    row integer,
    cell text,
    column_key text,
    code text NOT NULL,
    params jsonb NOT NULL,
    PRIMARY KEY (import_id, number)
);
CREATE TABLE external_id (
    operator_id uuid NOT NULL,
    source text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('organization', 'service', 'location', 'service_at_location')),
    external_id text NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (operator_id, source, kind, external_id)
);
CREATE TABLE service_withdrawn (
    service_id uuid PRIMARY KEY REFERENCES service,
    at timestamptz NOT NULL
);
CREATE INDEX service_withdrawn_at ON service_withdrawn (at, service_id)
"""

# Written by the database itself, since a service is hidden in more than one way, and none of them may be forgotten. Domain time.
WITHDRAWN = """
CREATE FUNCTION remember_withdrawn() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF NEW.hidden THEN
        INSERT INTO service_withdrawn (service_id, at) VALUES (NEW.id, clock_timestamp() + (SELECT "offset" FROM clock_offset))
        ON CONFLICT (service_id) DO UPDATE SET at = excluded.at;
    ELSE
        DELETE FROM service_withdrawn WHERE service_id = NEW.id;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER withdrawn AFTER UPDATE OF hidden ON service FOR EACH ROW
WHEN (OLD.hidden IS DISTINCT FROM NEW.hidden) EXECUTE FUNCTION remember_withdrawn()
"""

OF_OPERATOR = f"operator_id = {ORGANIZATION}"


def upgrade() -> None:
    for statement in (*TABLES.split(";\n"), WITHDRAWN, TRIGGER):
        op.execute(statement)
    tables = ["import_file", "import_entry", "import_line"]
    grant(op, tables)
    grant(op, ["external_id"], "SELECT, INSERT")
    grant(op, ["service_withdrawn"])
    for table in tables:
        row_security(op, table, OF_OPERATOR, restricted=f"NOT cleared OR {CLEARED}")
    row_security(op, "external_id", OF_OPERATOR)
    row_security(op, "service_withdrawn", "true")  # ids of what everybody could see
