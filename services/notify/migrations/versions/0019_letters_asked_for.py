"""Whether the person asked for a letter: what may be printed of it is judged anew each time. Of older letters nobody knows: they were not."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("ALTER TABLE letter ADD COLUMN asked_for boolean NOT NULL DEFAULT false")
