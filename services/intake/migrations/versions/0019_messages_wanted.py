"""Whether the person of a restricted need wishes to be told of news."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("ALTER TABLE need ADD messages_wanted boolean NOT NULL DEFAULT false")
