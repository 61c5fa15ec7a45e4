"""Accounts of people, what they sign in with, their sessions, and how often it was tried."""

import sqlalchemy as sa
from alembic import op
from ihala_kit import migrations
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_TABLES = [
    "account",
    "staff_session",
    "staff_ceremony",
    "staff_totp",
    "staff_passkey",
    "staff_recovery_code",
    "staff_tries",
    "emergency_use",
]


def upgrade() -> None:
    """Create the tables."""
    _create_accounts()
    _create_sessions()
    _create_factors()
    op.create_table(
        "staff_tries",
        sa.Column("bucket", sa.LargeBinary, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("closed_until", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=False, index=True),
    )
    op.create_table(
        "emergency_use",
        sa.Column("id", sa.Uuid, primary_key=True),
        _of_account(index=True),
        sa.Column("what", sa.Text, sa.CheckConstraint("what IN ('opened', 'signed-in', 'closed')"), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("at", _AT, nullable=False),
    )
    migrations.grant(op, _TABLES, "SELECT, INSERT, UPDATE, DELETE")


def _create_accounts() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.Uuid, primary_key=True),
        sa.Column("name_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("sealed_name", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, sa.CheckConstraint("kind IN ('sandbox', 'live', 'emergency')"), nullable=False),
        sa.Column("organization_id", sa.Uuid, nullable=False, index=True),
        sa.Column("organization_name", sa.Text, nullable=False),
        sa.Column("organization_kind", sa.Text, nullable=False),
        sa.Column("operator_id", sa.Uuid),
        sa.Column("governorates", ARRAY(sa.Text), nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("cleared", sa.Boolean, nullable=False),
        sa.Column("language", sa.Text, sa.CheckConstraint("language IN ('ar', 'ckb', 'en')"), nullable=False),
        sa.Column("trained_on", sa.Date),
        sa.Column("code_signed_on", sa.Date),
        sa.Column("password_hash", sa.Text),
        sa.Column("outside_hash", sa.LargeBinary, unique=True),
        sa.Column("status", sa.Text, sa.CheckConstraint("status IN ('invited', 'active', 'suspended')"), nullable=False),
        sa.Column("suspended_by", sa.Text, sa.CheckConstraint("suspended_by IN ('administrator', 'organization')")),
        sa.Column("invitation_hash", sa.LargeBinary, unique=True),
        sa.Column("invitation_until", _AT),
        sa.Column("opened_until", _AT),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", _AT, nullable=False, index=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.CheckConstraint("(status = 'suspended') = (suspended_by IS NOT NULL)", name="suspended_by_somebody"),
        sa.CheckConstraint("num_nonnulls(invitation_hash, invitation_until) <> 1", name="invitation_runs_out"),
    )
    op.create_index("account_get_byte_idx", "account", [sa.text("get_byte(sealed_name, 0)")])


def _create_sessions() -> None:
    op.create_table(
        "staff_session",
        sa.Column("session_hash", sa.LargeBinary, primary_key=True),
        sa.Column("session_id", sa.Uuid, nullable=False, unique=True),
        _of_account(index=True),
        sa.Column("methods", ARRAY(sa.Text), nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("shared_desk", sa.Boolean, nullable=False),
        sa.Column("signed_in_at", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.Column("idle_seconds", sa.Integer, nullable=False),
        sa.Column("ends_at", _AT, nullable=False, index=True),
    )
    op.create_table(
        "staff_ceremony",
        sa.Column("ceremony_hash", sa.LargeBinary, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        _of_account(index=True, nullable=True),
        sa.Column("challenge", sa.LargeBinary),
        sa.Column("next_path", sa.Text, nullable=False),
        sa.Column("shared_desk", sa.Boolean, nullable=False),
        sa.Column("device_known", sa.Boolean, nullable=False),
        sa.Column("expires_at", _AT, nullable=False, index=True),
    )


def _create_factors() -> None:
    op.create_table(
        "staff_totp",
        _of_account(primary_key=True),
        sa.Column("sealed_seed", sa.LargeBinary, nullable=False),
        sa.Column("confirmed_at", _AT, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
    )
    op.create_index("staff_totp_get_byte_idx", "staff_totp", [sa.text("get_byte(sealed_seed, 0)")])
    op.create_table(
        "staff_passkey",
        sa.Column("credential_id", sa.LargeBinary, primary_key=True),
        sa.Column("passkey_id", sa.Uuid, nullable=False, unique=True),
        _of_account(index=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("used_at", _AT),
    )
    op.create_table(
        "staff_recovery_code",
        _of_account(primary_key=True),
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
    )


def _of_account(*, primary_key: bool = False, index: bool = False, nullable: bool = False) -> sa.Column[object]:
    owner = sa.ForeignKey("account.account_id", ondelete="CASCADE")
    return sa.Column("account_id", sa.Uuid, owner, primary_key=primary_key, index=index or None, nullable=nullable)
