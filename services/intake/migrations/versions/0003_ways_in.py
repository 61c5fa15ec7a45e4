"""Arrivals, occasions, self-requests and imports; by what an origin's person is known again."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

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
]

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"
VISIBLE = {
    "natural_key": f"origin_id = {ORGANIZATION}",
    "need_again": OWN,
    "waiting": f"operator_id = {ORGANIZATION}",  # who announced somebody sees nothing of it
    "asking_rate": "false",  # the system alone counts
}
RIGHTS = {
    "natural_key": "SELECT, INSERT, UPDATE, DELETE",  # deleted with the person's key
    "need_again": "SELECT, INSERT",
    "waiting": "SELECT, INSERT, UPDATE",
    "asking_rate": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
        grant(op, [table], RIGHTS[table])
