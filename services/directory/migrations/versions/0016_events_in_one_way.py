"""Events are written and read with fewer ways to the database and back."""

from alembic import op
from ihala_kit.schema import create_v6

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    create_v6(op)
