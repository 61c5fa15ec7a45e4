"""What is known of persons and households, beyond the first request."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    pass
