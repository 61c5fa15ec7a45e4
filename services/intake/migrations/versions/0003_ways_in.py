"""Arrivals, occasions, self-requests and imports; by what an origin's person is known again."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, SYSTEM, grant, row_security

revision = "0003"
down_revision = "0002"

TABLES = [
    """CREATE TABLE natural_key (
        origin_id uuid NOT NULL, mark bytea NOT NULL, operator_id uuid NOT NULL,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (origin_id, mark)
    )""",
    "CREATE INDEX natural_key_person ON natural_key (person_id)",
    """CREATE TABLE need_again (
        request_id uuid NOT NULL REFERENCES request DEFERRABLE INITIALLY DEFERRED,
        need_id uuid NOT NULL REFERENCES need DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL, origin_id uuid NOT NULL,
        at timestamptz NOT NULL, PRIMARY KEY (request_id, need_id)
    )""",
    "CREATE INDEX need_again_need ON need_again (need_id)",
    """CREATE TABLE waiting (
        id uuid NOT NULL, kind text NOT NULL, operator_id uuid NOT NULL, announced_by uuid, governorate text NOT NULL,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, mark bytea, details bytea NOT NULL,
        state text NOT NULL, reason text, tries integer NOT NULL, request_id uuid REFERENCES request DEFERRABLE INITIALLY DEFERRED,
        received_at timestamptz NOT NULL, next_at timestamptz, changed_at timestamptz NOT NULL, version integer NOT NULL,
        PRIMARY KEY (id), CHECK (kind IN ('arrival', 'call_back')), CHECK (state IN ('waiting', 'completed', 'closed', 'lapsed')),
        CHECK ((state = 'waiting') = (next_at IS NOT NULL)), CHECK ((state = 'completed') = (request_id IS NOT NULL)),
        CHECK ((kind = 'arrival') = (announced_by IS NOT NULL))
    )""",
    "CREATE INDEX waiting_list ON waiting (operator_id, kind, state, received_at, id)",
    "CREATE INDEX waiting_person ON waiting (person_id)",
    "CREATE UNIQUE INDEX waiting_announced ON waiting (announced_by, mark) WHERE kind = 'arrival' AND mark IS NOT NULL",
    "CREATE INDEX waiting_phone ON waiting (mark, received_at) WHERE kind = 'call_back'",
    """CREATE TABLE asking_rate (
        governorate text NOT NULL, minute timestamptz NOT NULL, n integer NOT NULL, PRIMARY KEY (governorate, minute)
    )""",
    """CREATE TABLE occasion (
        id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL, origin_id uuid NOT NULL,
        kind text NOT NULL, governorate text NOT NULL, district text, held_on date NOT NULL, topics text[] NOT NULL,
        counts integer[] NOT NULL, heard_by jsonb NOT NULL, details bytea NOT NULL, concerns integer NOT NULL,
        made_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (kind IN ('open_day', 'information_session', 'community_forum')), CHECK (cardinality(counts) = 4)
    )""",
    "CREATE INDEX occasion_operator ON occasion (operator_id, held_on, id)",
    "CREATE INDEX occasion_origin ON occasion (origin_id, held_on, id)",
    """CREATE TABLE concern (
        id uuid NOT NULL, occasion_id uuid NOT NULL REFERENCES occasion DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL,
        origin_id uuid NOT NULL, sensitivity text NOT NULL, code text NOT NULL, governorate text NOT NULL, district text,
        households integer, details bytea NOT NULL, state text NOT NULL, filed_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (sensitivity IN ('standard', 'protected', 'restricted')), CHECK (state IN ('received', 'being_handled', 'closed')),
        CHECK (sensitivity <> 'restricted' OR (code = 'protection' AND district IS NULL))
    )""",
    "CREATE INDEX concern_occasion ON concern (occasion_id, id)",
    """CREATE TABLE request_file (
        id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL, origin_id uuid NOT NULL,
        origin_kind text NOT NULL, client_id text NOT NULL, acting_officer text, cleared boolean NOT NULL, of_operator uuid,
        system text NOT NULL, kind text NOT NULL, dry_run boolean NOT NULL, state text NOT NULL, rows integer NOT NULL,
        loaded_until integer NOT NULL, taken integer NOT NULL, known integer NOT NULL, refused integer NOT NULL, content bytea,
        received_at timestamptz NOT NULL, finished_at timestamptz, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (kind IN ('xlsx', 'csv')), CHECK (state IN ('waiting', 'loading', 'done', 'refused', 'failed')),
        CHECK ((state = 'waiting') = (content IS NOT NULL)), CHECK ((state IN ('waiting', 'loading')) = (finished_at IS NULL))
    )""",
    "CREATE INDEX request_file_origin ON request_file (origin_id, id)",
    """CREATE TABLE request_file_row (
        file_id uuid NOT NULL REFERENCES request_file DEFERRABLE INITIALLY DEFERRED, "row" integer NOT NULL,
        origin_id uuid NOT NULL, content bytea NOT NULL, PRIMARY KEY (file_id, "row")
    )""",
    """CREATE TABLE request_file_line (
        file_id uuid NOT NULL REFERENCES request_file DEFERRABLE INITIALLY DEFERRED, n integer NOT NULL, origin_id uuid NOT NULL,
        "row" integer, cell text, column_key text, code text NOT NULL,
        request_id uuid REFERENCES request DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (file_id, n)
    )""",
    "CREATE INDEX request_file_line_fault ON request_file_line (file_id, n) WHERE request_id IS NULL",
    """ALTER TABLE request ADD occasion_id uuid REFERENCES occasion DEFERRABLE INITIALLY DEFERRED, ADD heard_by text""",
    "CREATE INDEX request_occasion ON request (occasion_id) WHERE occasion_id IS NOT NULL",
]

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"
VISIBLE = {
    "natural_key": OWN,  # the operator forgets it with the person
    "need_again": OWN,
    "waiting": f"operator_id = {ORGANIZATION}",  # who announced somebody sees nothing of it
    "occasion": OWN,
    "concern": OWN,
    "request_file": f"origin_id = {ORGANIZATION}",
    "request_file_row": f"origin_id = {ORGANIZATION}",
    "request_file_line": f"origin_id = {ORGANIZATION}",
    "asking_rate": "false",  # the system alone counts
}
RIGHTS = {
    "natural_key": "SELECT, INSERT, UPDATE, DELETE",  # deleted with the person's key
    "need_again": "SELECT, INSERT",
    "waiting": "SELECT, INSERT, UPDATE",
    "asking_rate": "SELECT, INSERT, UPDATE, DELETE",
    "occasion": "SELECT, INSERT, UPDATE",
    "concern": "SELECT, INSERT, UPDATE",
    "request_file": "SELECT, INSERT, UPDATE, DELETE",
    "request_file_row": "SELECT, INSERT, DELETE",
    "request_file_line": "SELECT, INSERT, DELETE",
}
# An origin from outside may see the restricted concern it filed; within the operator clearance decides.
RESTRICTED = f"sensitivity <> 'restricted' OR {CLEARED} OR (origin_id = {ORGANIZATION} AND operator_id <> {ORGANIZATION})"


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
        grant(op, [table], RIGHTS[table])
    for command in ("SELECT", "UPDATE"):
        name = f"restricted_{command.lower()}"
        op.execute(f"CREATE POLICY {name} ON concern AS RESTRICTIVE FOR {command} USING ({SYSTEM} OR {RESTRICTED})")
