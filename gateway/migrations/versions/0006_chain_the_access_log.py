"""The access log is chained in segments, says who sat at the client and how much went over, and is summed by day."""

import sqlalchemy as sa
from alembic import op
from ihala_kit import migrations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the chain and the sums. Rows from before have no segment; they go by their age."""
    _chain()
    op.create_table(
        "access_log_segment",
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("opened_at", _AT, nullable=False),
        sa.Column("opening", sa.LargeBinary, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.Column("last_at", _AT, nullable=False),
        sa.Column("lost", sa.Integer, nullable=False),
        sa.Column("closed_at", _AT),
        sa.Column("dropped_at", _AT),
        sa.Column("emptied", sa.Boolean, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )
    op.create_index("segments_to_drop", "access_log_segment", ["last_at"], postgresql_where=sa.text("dropped_at IS NULL"))
    op.create_index(
        "segments_to_empty", "access_log_segment", ["number"], postgresql_where=sa.text("dropped_at IS NOT NULL AND NOT emptied")
    )
    op.create_table(
        "access_log_tip",
        sa.Column("here", sa.Boolean, sa.CheckConstraint("here"), primary_key=True),
        sa.Column("segment", sa.BigInteger, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )
    _sum_up()
    migrations.grant(op, ["access_log_segment", "access_log_tip"], "SELECT, INSERT, UPDATE")
    migrations.grant(op, ["usage"], "SELECT, INSERT, UPDATE, DELETE")


def _chain() -> None:
    kinds = {
        "account_id": sa.Text, "acting_officer": sa.Text, "bytes_in": sa.BigInteger, "bytes_out": sa.BigInteger,
        "segment": sa.BigInteger, "number": sa.Integer, "hash": sa.LargeBinary,
    }  # fmt: skip
    for name, kind in kinds.items():
        op.add_column("access_log", sa.Column(name, kind))
    op.create_check_constraint("chained", "access_log", "num_nonnulls(segment, number, hash) IN (0, 3)")
    op.create_index("access_log_in_segment", "access_log", ["segment", "number"], unique=True)
    op.create_index("access_log_of_organization", "access_log", ["organization_id", "at", "id"])
    op.create_index("access_log_of_client", "access_log", ["client_id", "at", "id"])
    op.create_index("access_log_of_refusals", "access_log", ["status", "at", "id"], postgresql_where=sa.text("status >= 400"))


def _sum_up() -> None:
    op.create_table(
        "usage",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("method", sa.Text, primary_key=True),
        sa.Column("route", sa.Text, primary_key=True),
        sa.Column("deprecated", sa.Boolean, primary_key=True),
        sa.Column("organization_id", sa.Uuid),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("calls", "refused", "failed", "bytes_in", "bytes_out")),
        sa.Column("milliseconds", sa.Float, nullable=False),
    )
    op.create_index("usage_of_organization", "usage", ["organization_id", "day"])
