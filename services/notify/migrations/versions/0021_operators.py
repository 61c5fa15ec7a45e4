"""Who is an operator, found without looking at every organisation: each claim of messages asks, since messages lie by their operator."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # some thousand rows; whoever writes there is not kept waiting for long
    op.execute("CREATE INDEX organization_operator ON organization (organization_id) WHERE kind = 'operator'")
