"""The inbox in days, which go when nothing of theirs can be delivered any more; the outbox found by key and by shard."""

from alembic import op
from ihala_kit.migrations import app_role
from ihala_kit.schema import create_v4

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_v4(op, app_role())
