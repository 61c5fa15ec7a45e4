"""Row policies read who calls where they compare it: a place or reservation by its id costs PostgreSQL less."""

from alembic import op
from ihala_kit.migrations import settings_in_place

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    settings_in_place(op)
