"""Where a need belongs that came through an office which is not competent for it."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("ALTER TABLE need ADD route text")
