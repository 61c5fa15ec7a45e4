"""Names of people stored before 0008 are marked, in batches by the clock; a pair of which one side went to another operator."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # Forced row security holds for the owner too: as the system it sees whether anybody is there.
    op.execute("SELECT set_config('app.system', 'migration', true)")
    op.execute("""
        INSERT INTO due_work (kind, key, payload, due_at)
        SELECT 'mark-names', '00000000-0000-0000-0000-000000000009', '{}', clock_timestamp() WHERE EXISTS (SELECT FROM person)""")
    op.execute("SELECT set_config('app.system', '', true)")
    op.execute("ALTER TABLE match_candidate DROP CONSTRAINT match_candidate_state_check")
    op.execute("ALTER TABLE match_candidate ADD CHECK (state IN ('open', 'same', 'different', 'parted'))")
