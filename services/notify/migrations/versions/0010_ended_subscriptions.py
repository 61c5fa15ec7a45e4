"""Subscriptions that were taken away are found to be forgotten, with their addresses and keys."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("CREATE INDEX subscription_ended ON subscription (ended_at) WHERE ended_at IS NOT NULL")
