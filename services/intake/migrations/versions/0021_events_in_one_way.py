"""Events are written and read with fewer ways to the database and back."""

from alembic import op
from ihala_kit.schema import create_v6

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    create_v6(op)
