"""Since when a need is an emergency that was none when it was requested: its first contact is owed from then on."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute("ALTER TABLE placement ADD emergency_at timestamptz")
