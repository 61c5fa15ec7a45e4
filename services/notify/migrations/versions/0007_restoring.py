"""What a service needs to come back from a backup: where its reader stood, and a row while the database is closed."""

from alembic import op
from ihala_kit.migrations import app_role
from ihala_kit.schema import create_v5

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_v5(op, app_role())
