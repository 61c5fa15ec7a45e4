"""Which other cases a placement's person has: whom they were parted from is not asked for this one either."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("ALTER TABLE placement ADD earlier_cases uuid[] NOT NULL DEFAULT '{}'")
