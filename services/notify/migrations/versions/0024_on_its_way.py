"""What of a need is on its way, found by the need: whoever withdraws one has those not tried again. They are few; the table is not."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE INDEX message_on_its_way ON message (need_id) WHERE state IN ('sending', 'sent')")
