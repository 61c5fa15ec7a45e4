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
]

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"
VISIBLE = {
    "natural_key": f"origin_id = {ORGANIZATION}",
    "need_again": OWN,
}
RIGHTS = {
    "natural_key": "SELECT, INSERT, UPDATE, DELETE",  # deleted with the person's key
    "need_again": "SELECT, INSERT",
}


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
        grant(op, [table], RIGHTS[table])
