"""Under which revision of the consent the last offer was made: for a restricted need the person is asked anew for each receiver."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("ALTER TABLE placement ADD asked_consent_id uuid, ADD asked_revision integer")
