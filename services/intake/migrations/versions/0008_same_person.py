"""Marks by which a person is found again, candidates and merges."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass
