"""Which version of its event an item of a feed is. All that is there is of the first: a default, so no row is touched."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("ALTER TABLE feed ADD COLUMN version smallint NOT NULL DEFAULT 1")
