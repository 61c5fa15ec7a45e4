"""When a service, or where it is offered, was opened again: a decline from before that is read later does not close it."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("ALTER TABLE service ADD opened_at timestamptz")
    op.execute("ALTER TABLE service_at_location ADD opened_at timestamptz")
