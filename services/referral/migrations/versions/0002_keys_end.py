"""A need's key can be destroyed with the person: its row stays, so that none is made again."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE need_key ALTER key DROP NOT NULL, ADD destroyed_at timestamptz")
    op.execute("ALTER TABLE need_key ADD CONSTRAINT destroyed_once CHECK ((key IS NULL) = (destroyed_at IS NOT NULL))")
    op.execute("CREATE INDEX need_key_master ON need_key (get_byte(key, 0), need_id) WHERE key IS NOT NULL")
