"""Row policies read who calls where they compare it: a placement or referral by its id costs PostgreSQL less."""

from alembic import op
from ihala_kit.migrations import settings_in_place

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    settings_in_place(op)
