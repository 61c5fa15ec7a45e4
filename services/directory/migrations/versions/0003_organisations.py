"""Organisations apply, are reviewed, and leave; they propose edits of their entries; what was published before stays readable."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, grant, row_security

revision = "0003"
down_revision = "0002"

TABLES = """
ALTER TABLE organization ADD COLUMN left_for text, ADD COLUMN left_at timestamptz;
ALTER TABLE organization ADD CHECK ((status = 'left') = (left_at IS NOT NULL AND left_for IS NOT NULL));
CREATE INDEX organization_of_operator ON organization (operator_id, status, id);
CREATE TABLE application (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    operator_id uuid NOT NULL REFERENCES organization,
    kind text NOT NULL CHECK (kind IN
        ('rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border')),
    draft jsonb NOT NULL,
    hidden boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('applied', 'returned', 'approved', 'refused')),
    words jsonb NOT NULL,
    refused_for text,
    applied_by text NOT NULL,
    applied_at timestamptz NOT NULL,
    reviewed_by text,
    reviewed_at timestamptz,
    changed_at timestamptz NOT NULL,
    version integer NOT NULL,
    CHECK ((status = 'refused') = (refused_for IS NOT NULL)),
    CHECK (status = 'applied' OR (reviewed_at IS NOT NULL AND reviewed_by IS NOT NULL))
);
CREATE UNIQUE INDEX application_one_an_organization ON application (organization_id) WHERE status <> 'refused';
CREATE INDEX application_of_operator ON application (operator_id, status, applied_at, id);
CREATE INDEX application_of_organization ON application (organization_id, applied_at, id);
CREATE TABLE application_check (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application,
    organization_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    hidden boolean NOT NULL,
    code text NOT NULL CHECK (code IN ('registration', 'no_fee', 'no_minors', 'terms_stated')),
    passed boolean NOT NULL,
    note text,
    checked_by text NOT NULL,
    acting_officer text,
    checked_at timestamptz NOT NULL
);
CREATE INDEX application_check_of ON application_check (application_id, id);
CREATE TABLE proposal (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    operator_id uuid NOT NULL,
    about text NOT NULL CHECK (about IN ('organization', 'service')),
    entry_id uuid NOT NULL,
    base_version integer NOT NULL CHECK (base_version >= 0),
    change jsonb NOT NULL,
    hidden boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'approved', 'returned', 'withdrawn')),
    words jsonb NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    version integer NOT NULL,
    CHECK ((status = 'open') = (decided_at IS NULL AND decided_by IS NULL))
);
CREATE UNIQUE INDEX proposal_one_open_an_entry ON proposal (entry_id) WHERE status = 'open';
CREATE INDEX proposal_of_operator ON proposal (operator_id, status, proposed_at, id);
CREATE INDEX proposal_of_organization ON proposal (organization_id, status, proposed_at, id);
CREATE TABLE entry_version (
    entry_id uuid NOT NULL,
    version integer NOT NULL,
    about text NOT NULL CHECK (about IN ('organization', 'service')),
    organization_id uuid NOT NULL,
    hidden boolean NOT NULL,
    entry jsonb NOT NULL,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (entry_id, version)
);
CREATE INDEX entry_version_of_organization ON entry_version (organization_id) WHERE NOT hidden;
INSERT INTO due_work (kind, key, payload, due_at)
    SELECT 'watch-agreement', id, '{}', agreement_until::timestamp AT TIME ZONE 'UTC' - interval '30 days'
    FROM organization WHERE agreement_until IS NOT NULL
"""

PARTIES = f"organization_id = {ORGANIZATION} OR operator_id = {ORGANIZATION}"
NOT_HIDDEN = f"NOT hidden OR {CLEARED} OR organization_id = {ORGANIZATION}"


def upgrade() -> None:
    op.execute("SELECT set_config('app.system', 'migration', true)")  # the owner is held by the row policies too
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    grant(op, ["application", "proposal", "entry_version"], "SELECT, INSERT, UPDATE")
    grant(op, ["application_check"], "SELECT, INSERT")
    for table in ("application", "application_check", "proposal"):
        row_security(op, table, PARTIES, restricted=NOT_HIDDEN)
    row_security(op, "entry_version", NOT_HIDDEN)
