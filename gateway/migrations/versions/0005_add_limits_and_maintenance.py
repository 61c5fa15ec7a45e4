"""Limits: what was lent of them, and those of particular callers. Services under maintenance."""

import sqlalchemy as sa
from alembic import op
from ihala_kit import migrations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "limit_lease",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("period", sa.BigInteger, primary_key=True, index=True),
        sa.Column("quota", sa.Integer, nullable=False),
        sa.Column("leased", sa.Integer, nullable=False),
        sa.Column("granted", sa.Integer, nullable=False),
        sa.CheckConstraint("granted BETWEEN 0 AND leased", name="granted_is_part_of_leased"),
    )
    op.create_table(
        "limit_override",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("quota", sa.Integer, sa.CheckConstraint("quota >= 0"), nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
    )
    op.create_table(
        "maintenance",
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("began_at", _AT, nullable=False),
        sa.Column("until", _AT),
    )
    migrations.grant(op, ["limit_lease", "limit_override", "maintenance"], "SELECT, INSERT, UPDATE, DELETE")
