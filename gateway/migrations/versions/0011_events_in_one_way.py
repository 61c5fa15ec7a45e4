"""Events are written and read with fewer ways to the database and back."""

from alembic import op
from ihala_kit.schema import create_v6

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    create_v6(op)
