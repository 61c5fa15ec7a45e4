"""A receiver that asked to be left alone for a while is left alone by whoever delivers next."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("ALTER TABLE webhook ADD rests_until timestamptz")
