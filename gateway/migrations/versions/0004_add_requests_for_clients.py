"""Clients that wait for approval, what they ask for, when keys were used, who holds a client suspended; organisations."""

import sqlalchemy as sa
from alembic import op
from ihala_kit import migrations
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them."""
    _widen_clients()
    _create_requests()
    op.create_table(
        "client_key",
        sa.Column("client_id", sa.Text, sa.ForeignKey("client.client_id"), primary_key=True),
        sa.Column("kid", sa.Text, primary_key=True),
        sa.Column("added_at", _AT, nullable=False),
        sa.Column("ends_at", _AT, index=True),
        sa.Column("used_at", _AT),
    )
    op.create_table(
        "known_organization",
        sa.Column("organization_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Uuid, index=True),
        sa.Column("cleared", sa.Boolean, nullable=False),
    )
    migrations.grant(op, ["client_request", "known_organization"], "SELECT, INSERT, UPDATE")
    migrations.grant(op, ["client_key"], "SELECT, INSERT, UPDATE, DELETE")


def _widen_clients() -> None:
    op.add_column("client", sa.Column("name", sa.Text, nullable=False, server_default=""))
    op.add_column("client", sa.Column("code_signed_on", sa.Date))
    op.add_column("client", sa.Column("jwks_uri", sa.Text))
    op.add_column("client", sa.Column("jwks_read_at", _AT))
    op.add_column("client", sa.Column("approved_at", _AT))
    op.add_column("client", sa.Column("suspended_by", ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.create_index("client_operator_id_idx", "client", ["operator_id"])
    op.execute("UPDATE client SET approved_at = changed_at, code_signed_on = trained_on")  # until now the one day stood for both
    op.execute("UPDATE client SET suspended_by = '{operator}' WHERE status = 'suspended'")
    op.drop_constraint("client_status_check", "client")
    op.create_check_constraint("known_status", "client", "status IN ('pending', 'active', 'suspended', 'revoked')")
    op.create_check_constraint(
        "status_says_why", "client",
        "CASE status WHEN 'revoked' THEN true WHEN 'suspended' THEN suspended_by <> '{}'"
        " WHEN 'pending' THEN approved_at IS NULL AND suspended_by = '{}' ELSE approved_at IS NOT NULL AND suspended_by = '{}' END",
    )  # fmt: skip


def _create_requests() -> None:
    op.create_table(
        "client_request",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("client_id", sa.Text, sa.ForeignKey("client.client_id"), nullable=False, index=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("operator_id", sa.Uuid, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("redirect_uris", ARRAY(sa.Text), nullable=False),
        sa.Column("jwks_uri", sa.Text),
        sa.Column("state", sa.Text, sa.CheckConstraint("state IN ('open', 'approved', 'returned')"), nullable=False),
        sa.Column("words", sa.Text),
        sa.Column("asked_client", sa.Text, nullable=False),
        sa.Column("asked_officer", sa.Text),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("decided_client", sa.Text),
        sa.Column("decided_officer", sa.Text),
        sa.Column("decided_at", _AT),
    )
    op.create_index("one_open_request", "client_request", ["client_id"], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.create_index("client_request_of_operator", "client_request", ["operator_id", "state", "id"])
