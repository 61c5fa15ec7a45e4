"""Clients, signing keys, spent assertions, the access log, and the kit's tables.

No row policies: nothing outside the gateway reads these tables, and the gateway itself must see them all.
"""

import sqlalchemy as sa
from alembic import op
from ihala_kit import migrations, schema
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create everything."""
    schema.create_v1(op, migrations.app_role())
    _create_clients()
    op.create_table(
        "signing_key",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("purpose", sa.Text, sa.CheckConstraint("purpose IN ('access', 'internal')"), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary, nullable=False),
        sa.Column("signs_from", _AT, nullable=False),
        sa.Column("published_until", _AT),
    )
    op.create_table(
        "spent_assertion",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("jti_hash", sa.LargeBinary, primary_key=True),
        sa.Column("expires_at", _AT, nullable=False, index=True),
    )
    _create_access_log()
    migrations.grant(op, ["client", "signing_key"], "SELECT, INSERT, UPDATE")
    migrations.grant(op, ["spent_assertion", "access_log"], "SELECT, INSERT, DELETE")


def _create_clients() -> None:
    op.create_table(
        "client",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False, index=True),
        sa.Column("organization_name", sa.Text, nullable=False),
        sa.Column("organization_kind", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Uuid),
        sa.Column("governorates", ARRAY(sa.Text), nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("cleared", sa.Boolean, nullable=False),
        sa.Column("kind", sa.Text, sa.CheckConstraint("kind IN ('sandbox', 'live')"), nullable=False),
        sa.Column("trained_on", sa.Date),
        sa.Column("jwks", JSONB),
        sa.Column("secret_hash", sa.Text),
        sa.Column("status", sa.Text, sa.CheckConstraint("status IN ('active', 'suspended')"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", _AT, nullable=False, index=True),
        sa.CheckConstraint("num_nonnulls(jwks, secret_hash) = 1", name="one_proof"),
        sa.CheckConstraint("secret_hash IS NULL OR kind = 'sandbox'", name="secrets_in_the_sandbox_only"),
    )


def _create_access_log() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", _AT, nullable=False, index=True),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text),
        sa.Column("organization_id", sa.Uuid),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("route", sa.Text),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("milliseconds", sa.Float, nullable=False),
    )
