"""Messages lie by their need, and no longer by operator and need: what a person was told is asked of the need, whoever owned it then."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE INDEX message_by_need ON message (need_id, id)")
    op.execute("DROP INDEX message_need")
