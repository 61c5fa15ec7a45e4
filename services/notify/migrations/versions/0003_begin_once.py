"""A repeatable request begins with one question instead of two."""

from alembic import op
from ihala_kit.schema import create_v3

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_v3(op)
