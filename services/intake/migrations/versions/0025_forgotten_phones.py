"""By which phone somebody asked to be called was remembered for ever: the clock forgets it, a call-back a transaction."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    # Forced row security holds for the owner too. Reads alone: no row is locked.
    op.execute("SELECT set_config('app.system', 'migration', true)")
    op.execute("""
        INSERT INTO due_work (kind, key, payload, due_at)
        SELECT 'forget-phone-of-call-back', id, '{}', greatest(received_at + interval '1 day', clock_timestamp()) FROM waiting
        WHERE kind = 'call_back' AND state <> 'waiting' AND mark IS NOT NULL""")
    op.execute("SELECT set_config('app.system', '', true)")
