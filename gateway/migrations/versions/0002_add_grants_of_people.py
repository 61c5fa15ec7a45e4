"""Redirect addresses, ways to authenticate and first-party of clients; pushed requests, codes, grants and revoked tokens."""

import sqlalchemy as sa
from alembic import op
from ihala_kit import migrations
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_METHODS = ("private_key_jwt", "client_secret", "tls_client_auth", "self_signed_tls_client_auth")


def upgrade() -> None:
    """Add them."""
    _widen_clients()
    op.create_table(
        "pushed_request",
        sa.Column("request_hash", sa.LargeBinary, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("thumbprint", sa.Text),
        sa.Column("expires_at", _AT, nullable=False, index=True),
    )
    _create_grants()
    op.create_table(
        "revoked_token",
        sa.Column("jti", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("expires_at", _AT, nullable=False, index=True),
    )
    migrations.grant(op, ["pushed_request", "authorization_code", "person_grant", "refresh_token"], "SELECT, INSERT, UPDATE, DELETE")
    migrations.grant(op, ["granted_token", "revoked_token"], "SELECT, INSERT, DELETE")


def _widen_clients() -> None:
    op.add_column("client", sa.Column("redirect_uris", ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.add_column("client", sa.Column("first_party", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("client", sa.Column("auth_method", sa.Text, nullable=False, server_default="private_key_jwt"))
    op.add_column("client", sa.Column("tls_subject_dn", sa.Text))
    op.add_column("client", sa.Column("tls_san_dns", sa.Text))
    op.execute("UPDATE client SET auth_method = 'client_secret' WHERE secret_hash IS NOT NULL")
    op.drop_constraint("one_proof", "client")
    op.create_check_constraint("known_auth_method", "client", f"auth_method IN {_METHODS}")
    op.create_check_constraint(
        "proof_of_its_method", "client",
        "CASE auth_method WHEN 'client_secret' THEN secret_hash IS NOT NULL"
        " WHEN 'tls_client_auth' THEN num_nonnulls(tls_subject_dn, tls_san_dns) = 1 AND secret_hash IS NULL"
        " ELSE jwks IS NOT NULL AND secret_hash IS NULL END",
    )  # fmt: skip


def _create_grants() -> None:
    op.create_table(
        "person_grant",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False, index=True),
        sa.Column("account_id", sa.Uuid, nullable=False, index=True),
        sa.Column("session_id", sa.Uuid, nullable=False, index=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("auth_time", _AT, nullable=False),
        sa.Column("methods", ARRAY(sa.Text), nullable=False),
        sa.Column("confirmation", JSONB),
        sa.Column("expires_at", _AT, nullable=False, index=True),
        sa.Column("revoked_at", _AT),
    )
    grant_id = sa.ForeignKey("person_grant.id", ondelete="CASCADE")
    op.create_table(
        "authorization_code",
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        sa.Column("grant_id", sa.Uuid, grant_id, nullable=False, index=True),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("challenge", sa.Text, nullable=False),
        sa.Column("thumbprint", sa.Text),
        sa.Column("nonce", sa.Text),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("used_at", _AT),
    )
    op.create_table(
        "refresh_token",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column("grant_id", sa.Uuid, sa.ForeignKey("person_grant.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("issued_at", _AT, nullable=False),
        sa.Column("used_at", _AT),
    )
    op.create_table(
        "granted_token",
        sa.Column("jti", sa.Text, primary_key=True),
        sa.Column("grant_id", sa.Uuid, sa.ForeignKey("person_grant.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("expires_at", _AT, nullable=False, index=True),
    )
