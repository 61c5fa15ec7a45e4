"""Whose internal tokens are refused before they run out, as the gateway tells."""

from alembic import op
from ihala_kit.migrations import app_role
from ihala_kit.schema import create_v2

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_v2(op, app_role())
