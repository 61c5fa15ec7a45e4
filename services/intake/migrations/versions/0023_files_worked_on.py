"""Whose file is worked on is kept: when retention looks at them again."""

from alembic import op
from ihala_kit.migrations import grant, row_security

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE retention_look (
            person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, look_at timestamptz NOT NULL, PRIMARY KEY (person_id)
        )""")
    op.execute("CREATE INDEX retention_look_at ON retention_look (look_at, person_id)")
    row_security(op, "retention_look", "false")
    grant(op, ["retention_look"])
