"""A service at several places has an address at each, and an offer says which of them it is."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("ALTER TABLE service ADD addresses jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE referral ADD service_at_location_id uuid")
