"""Marks by which a person is found again, candidates and merges."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0008"
down_revision = "0007"

TABLES = [
    """CREATE TABLE match_candidate (
        id uuid NOT NULL, operator_id uuid NOT NULL, person_a uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        person_b uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, level text NOT NULL, score_tenths integer NOT NULL,
        reasons text[] NOT NULL, ruleset integer NOT NULL, state text NOT NULL, found_at timestamptz NOT NULL, decided_at timestamptz,
        client_id text, acting_officer text, version integer NOT NULL, PRIMARY KEY (id), CHECK (person_a < person_b),
        CHECK (level IN ('possible', 'probable')), CHECK (state IN ('open', 'same', 'different')),
        CHECK ((state = 'open') = (decided_at IS NULL))
    )""",
    "CREATE UNIQUE INDEX match_candidate_pair ON match_candidate (person_a, person_b)",
    "CREATE INDEX match_candidate_b ON match_candidate (person_b)",
    "CREATE INDEX match_candidate_operator ON match_candidate (operator_id, state, id)",
    """CREATE TABLE merge (
        id uuid NOT NULL, operator_id uuid NOT NULL, kept_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        merged_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, state text NOT NULL, made_at timestamptz NOT NULL,
        client_id text NOT NULL, acting_officer text, undone_at timestamptz, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (kept_id <> merged_id), CHECK (state IN ('done', 'undone')), CHECK ((state = 'undone') = (undone_at IS NOT NULL))
    )""",
    "CREATE UNIQUE INDEX merge_merged ON merge (merged_id) WHERE state = 'done'",
    "CREATE INDEX merge_kept ON merge (kept_id) WHERE state = 'done'",
    "CREATE INDEX merge_operator ON merge (operator_id, id)",
    # Who has a mark is answered from the index alone, also where hundreds have it.
    "DROP INDEX person_mark_value",
    "CREATE INDEX person_mark_value ON person_mark (operator_id, kind, value) INCLUDE (person_id)",
]


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in ("match_candidate", "merge"):  # the operator's alone: an origin never learns that another knows the person
        row_security(op, table, f"operator_id = {ORGANIZATION}")
    grant(op, ["match_candidate", "merge"], "SELECT, INSERT, UPDATE")
