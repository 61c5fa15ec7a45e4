"""Calls to make about what could not be written; how urgent a need is, since that orders them."""

from alembic import op
from ihala_kit.migrations import CLEARED, OPERATOR, ORGANIZATION, grant, row_security

revision = "0012"
down_revision = "0011"

STATEMENTS = """
ALTER TABLE need ADD COLUMN urgency text CHECK (urgency IN ('emergency', 'urgent', 'routine'));
CREATE TABLE call_task (
    id uuid PRIMARY KEY,
    need_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    restricted boolean NOT NULL,
    reason text NOT NULL,
    rank smallint NOT NULL CHECK (rank BETWEEN 0 AND 2),
    state text NOT NULL CHECK (state IN ('open', 'taken', 'done', 'given_up', 'dropped')),
    result text,
    tries smallint NOT NULL,
    due_at timestamptz,
    taken_by text,
    taken_at timestamptz,
    version integer NOT NULL,
    opened_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT open_has_a_next_instant CHECK ((state IN ('open', 'taken')) = (due_at IS NOT NULL)),
    CONSTRAINT ended_has_a_time CHECK ((state IN ('open', 'taken')) = (ended_at IS NULL)),
    CONSTRAINT taken_by_somebody CHECK (state <> 'taken' OR num_nulls(taken_by, taken_at) = 0)
);
CREATE UNIQUE INDEX call_task_of_need ON call_task (need_id) WHERE state IN ('open', 'taken');
CREATE INDEX call_task_list ON call_task (operator_id, rank, due_at, id) WHERE state IN ('open', 'taken');
CREATE INDEX call_task_ended ON call_task (operator_id, state, id) WHERE state NOT IN ('open', 'taken');
CREATE INDEX call_task_declined ON call_task (need_id) WHERE result = 'asked_not_to_call';
CREATE TABLE call_item (
    message_id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES call_task,
    overtaken boolean NOT NULL
);
CREATE INDEX call_item_call ON call_item (call_id)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["call_task", "call_item"])
    row_security(op, "call_task", f"operator_id = {OPERATOR} AND operator_id = {ORGANIZATION}", restricted=f"NOT restricted OR {CLEARED}")
    row_security(op, "call_item", "EXISTS (SELECT FROM call_task WHERE call_task.id = call_id)")  # by that table's own policies
