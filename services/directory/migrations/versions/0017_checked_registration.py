"""A check says which registration it was of. Of those made before nobody knows: an application that is open is checked once more."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("ALTER TABLE application_check ADD registration text")
