"""Reviews of all people of an operator, and which of the two found a pair."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0011"
down_revision = "0010"

STATEMENTS = [
    # With a default for what is there and what the release before writes; the models name it always.
    "ALTER TABLE match_candidate ADD COLUMN source text NOT NULL DEFAULT 'rules' CHECK (source IN ('rules', 'batch'))",
    "CREATE INDEX merge_undone ON merge (merged_id, kept_id) WHERE state = 'undone'",
    """CREATE TABLE linkage_run (
        id uuid NOT NULL, operator_id uuid NOT NULL, model integer NOT NULL, state text NOT NULL, done_to integer,
        people integer NOT NULL, proposed integer NOT NULL, started_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
        PRIMARY KEY (id), CHECK (state IN ('running', 'done'))
    )""",
    "CREATE UNIQUE INDEX linkage_run_running ON linkage_run (operator_id) WHERE state = 'running'",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    row_security(op, "linkage_run", f"operator_id = {ORGANIZATION}")
    grant(op, ["linkage_run"], "SELECT, INSERT, UPDATE")
