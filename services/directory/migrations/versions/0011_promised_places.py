"""The places that are promised to a need, by the need: for who repeats them."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("CREATE INDEX reservation_promised ON reservation (need_id) WHERE state IN ('claimed', 'taken')")
