"""Which organisations are suspended; several may hold an account, as clients; uses of an emergency account stay whatever happens."""

import sqlalchemy as sa
from alembic import op
from ihala_kit import migrations
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add and change them."""
    op.create_table(
        "suspended_organization",
        sa.Column("organization_id", sa.Uuid, primary_key=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "INSERT INTO suspended_organization SELECT organization_id, now() FROM account WHERE suspended_by = 'organization'"
        " UNION SELECT organization_id, now() FROM client WHERE 'directory' = ANY (suspended_by)"
    )
    migrations.grant(op, ["suspended_organization"], "SELECT, INSERT, DELETE")
    _let_several_hold_an_account()
    _keep_uses()
    op.create_index("client_changed_at_idx", "client", ["changed_at"])  # read twice a second: who changed of late


def _let_several_hold_an_account() -> None:
    op.drop_constraint("suspended_by_somebody", "account")
    op.drop_constraint("account_suspended_by_check", "account")
    op.alter_column(
        "account", "suspended_by", type_=ARRAY(sa.Text), nullable=False, server_default="{}",
        postgresql_using="array_remove(ARRAY[suspended_by], NULL)",
    )  # fmt: skip
    op.create_check_constraint("suspended_by_somebody", "account", "(status = 'suspended') = (suspended_by <> '{}')")
    op.create_check_constraint("suspended_by_known", "account", "suspended_by <@ ARRAY['administrator', 'organization']")


def _keep_uses() -> None:
    op.drop_constraint("emergency_use_account_id_fkey", "emergency_use")
    op.create_foreign_key("emergency_use_account_id_fkey", "emergency_use", "account", ["account_id"], ["account_id"])
    op.execute(f'REVOKE UPDATE, DELETE ON emergency_use FROM "{migrations.app_role()}"')
    op.execute(f'REVOKE DELETE ON account FROM "{migrations.app_role()}"')
