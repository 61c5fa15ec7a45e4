"""When it is told that a deadline comes near, and which were told of. What is open already is told of from its next move on."""

from alembic import op

revision = "0017"
down_revision = "0016"

STATEMENTS = """
ALTER TABLE referral ADD near_at timestamptz, ADD near_told text[] NOT NULL DEFAULT '{}';
CREATE INDEX referral_near ON referral (near_at) WHERE near_at IS NOT NULL AND ended_at IS NULL
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
