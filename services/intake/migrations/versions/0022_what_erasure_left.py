"""Erasing did not always end what was under way for the person: what is left of it is ended by the clock, a person a transaction."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    # Forced row security holds for the owner too. Reads alone: no row of a person is locked.
    op.execute("SELECT set_config('app.system', 'migration', true)")
    op.execute("""
        INSERT INTO due_work (kind, key, payload, due_at)
        SELECT 'end-what-erasure-left', p.id, '{}', clock_timestamp() FROM data_key k JOIN person p ON p.key_id = k.id
        WHERE k.wrapped IS NULL AND EXISTS (SELECT FROM case_file c WHERE c.person_id = p.id)""")
    op.execute("SELECT set_config('app.system', '', true)")
