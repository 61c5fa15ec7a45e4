"""Break-glass, erasure with the reports on it, retention; and what rewrapping and retention look for."""

from alembic import op
from ihala_kit.migrations import CLEARED, CLIENT, OFFICER, ORGANIZATION, SYSTEM, app_role, grant, row_security

revision = "0007"
down_revision = "0006"

TABLES = [
    """CREATE TABLE break_glass (
        id uuid NOT NULL, case_id uuid NOT NULL REFERENCES case_file DEFERRABLE INITIALLY DEFERRED,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL, office_id uuid,
        organization_id uuid NOT NULL, client_id text NOT NULL, acting_officer text NOT NULL, sensitivity text NOT NULL,
        reason text NOT NULL, details bytea NOT NULL, state text NOT NULL, opened_at timestamptz NOT NULL, until timestamptz NOT NULL,
        ended_at timestamptz, ended_by text, version integer NOT NULL, PRIMARY KEY (id), CHECK (state IN ('open', 'ended')),
        CHECK ((state = 'ended') = (ended_at IS NOT NULL)), CHECK ((state = 'ended') = (ended_by IS NOT NULL)),
        CHECK (ended_by IN ('time', 'reader', 'dpo'))
    )""",
    "CREATE INDEX break_glass_open_case ON break_glass (case_id) WHERE state = 'open'",
    "CREATE INDEX break_glass_open_person ON break_glass (person_id) WHERE state = 'open'",
    "CREATE INDEX break_glass_operator ON break_glass (operator_id, id)",
    "CREATE INDEX break_glass_organization ON break_glass (organization_id, id)",
    """CREATE TABLE erasure (
        id uuid NOT NULL, person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL,
        sensitivity text NOT NULL, reason text NOT NULL, state text NOT NULL, asked_by text NOT NULL, asked_officer text,
        asked_as_dpo boolean NOT NULL, asked_at timestamptz NOT NULL, decided_by text, decided_officer text, decided_at timestamptz,
        needs uuid[] NOT NULL, awaited text[] NOT NULL, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (state IN ('proposed', 'done', 'refused')), CHECK ((state = 'proposed') = (decided_at IS NULL))
    )""",
    "CREATE UNIQUE INDEX erasure_person ON erasure (person_id) WHERE state <> 'refused'",
    "CREATE INDEX erasure_awaited ON erasure (operator_id, id) WHERE state = 'done' AND awaited <> '{}'",
    """CREATE TABLE erasure_report (
        erasure_id uuid NOT NULL REFERENCES erasure DEFERRABLE INITIALLY DEFERRED, service text NOT NULL, operator_id uuid NOT NULL,
        keys_destroyed integer NOT NULL, reported_at timestamptz NOT NULL, PRIMARY KEY (erasure_id, service)
    )""",
    """CREATE TABLE retention_report (
        id uuid NOT NULL, operator_id uuid NOT NULL, policy_version integer NOT NULL, dry_run boolean NOT NULL, counts jsonb NOT NULL,
        up_to timestamptz NOT NULL, ran_at timestamptz NOT NULL, signature bytea NOT NULL, PRIMARY KEY (id)
    )""",
    "CREATE INDEX retention_report_operator ON retention_report (operator_id, id)",
    "CREATE TABLE retention_mark (name text NOT NULL, up_to timestamptz NOT NULL, PRIMARY KEY (name))",
    "ALTER TABLE organization ADD names jsonb NOT NULL DEFAULT '{}'",  # who read, in words: subject access
    "CREATE INDEX data_key_master ON data_key (get_byte(wrapped, 0), id) WHERE wrapped IS NOT NULL",
    "CREATE INDEX case_file_opened ON case_file (opened_at, id)",
    "CREATE INDEX need_ended ON need (changed_at, id) WHERE state IN ('verified', 'unverified', 'closed')",
]
OPERATORS = f"operator_id = {ORGANIZATION}"
VISIBLE = {
    "break_glass": f"{OPERATORS} OR organization_id = {ORGANIZATION}",
    "erasure": OPERATORS,
    "erasure_report": OPERATORS,
    "retention_report": OPERATORS,
    "retention_mark": "false",
}
SENSITIVE = ["break_glass", "erasure"]
ONLY_ADDED_TO = ["erasure_report", "retention_report"]

# What an open glass shows: the file's rows, to the one client and officer who broke it, and only while they are cleared.
BROKEN = (
    f"{CLEARED} AND EXISTS (SELECT FROM break_glass b WHERE b.state = 'open' AND b.organization_id = {ORGANIZATION}"
    f" AND b.client_id = {CLIENT} AND b.acting_officer = {OFFICER} AND"
)
SHOWN = {"person": "person_id = person.id", "case_file": "case_id = case_file.id", "need": "case_id = need.case_id",
         "consent": "case_id = consent.case_id", "assistance": "case_id = assistance.case_id"}  # fmt: skip


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
    for table in SENSITIVE:
        for command in ("SELECT", "UPDATE"):
            op.execute(
                f"CREATE POLICY restricted_{command.lower()} ON {table} AS RESTRICTIVE FOR {command} "
                f"USING ({SYSTEM} OR sensitivity <> 'restricted' OR {CLEARED})"
            )
    for table, of_file in SHOWN.items():
        op.execute(f"CREATE POLICY broken ON {table} FOR SELECT USING ({BROKEN} b.{of_file}))")
    made = [statement.split()[2] for statement in TABLES if statement.startswith("CREATE TABLE")]
    grant(op, [table for table in made if table not in ONLY_ADDED_TO], "SELECT, INSERT, UPDATE")
    grant(op, ONLY_ADDED_TO, "SELECT, INSERT")
    op.execute(
        f'GRANT DELETE ON person_mark, natural_key, request_identifier TO "{app_role()}"'
    )  # what finds a person goes with the person
