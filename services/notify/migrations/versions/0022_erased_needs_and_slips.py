"""That a need's person was erased, for good and whatever event comes later; and the calls of one need, also those that have ended."""

from alembic import op

revision = "0022"
down_revision = "0021"

STATEMENTS = """
ALTER TABLE need ADD COLUMN erased boolean NOT NULL DEFAULT false;
CREATE INDEX call_task_need ON call_task (need_id, id)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
