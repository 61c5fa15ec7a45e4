"""Break-glass, keys, erasure and retention."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass
