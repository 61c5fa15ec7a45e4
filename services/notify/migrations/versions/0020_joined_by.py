"""By which message another one is spoken for until it is known whether that arrived; no recipient's id stays with what waits no more."""

from alembic import op

revision = "0020"
down_revision = "0019"

STATEMENTS = """
ALTER TABLE message ADD COLUMN joined_by uuid,
    DROP CONSTRAINT settled_has_a_time,
    ADD CONSTRAINT settled_has_a_time
        CHECK ((state IN ('delivered', 'failed', 'dropped') AND joined_by IS NULL) = (settled_at IS NOT NULL));
CREATE INDEX message_joined ON message (joined_by) WHERE joined_by IS NOT NULL;
CREATE INDEX message_joined_need ON message (need_id) WHERE joined_by IS NOT NULL;
UPDATE message SET recipient_id = NULL WHERE recipient_id IS NOT NULL AND state NOT IN ('waiting', 'sending')
"""


def upgrade() -> None:
    op.execute("SELECT set_config('app.system', 'migration', true)")  # the owner is held by the row policies too
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    op.execute("SELECT set_config('app.system', '', true)")
