"""Row policies read who calls where they compare it: one person or need by its id costs PostgreSQL a third less."""

from alembic import op
from ihala_kit.migrations import settings_in_place

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    settings_in_place(op)
