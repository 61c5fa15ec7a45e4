"""Search: what is counted of a service stands in one column, so that counting reads one. The index is made anew at the next start."""

from alembic import op

revision = "0008"
down_revision = "0007"

COUNTED = ("needs", "governorates", "districts", "kind", "languages", "accessibility")


def upgrade() -> None:
    for table in ("search_entry", "search_hidden"):
        op.execute(f"TRUNCATE {table}")
        gone = ", ".join(f"DROP COLUMN {name}" for name in COUNTED)
        op.execute(f'ALTER TABLE {table} {gone}, ADD COLUMN facets text COLLATE "C" NOT NULL')
        op.execute(f"ALTER TABLE {table} ALTER COLUMN facets SET STORAGE PLAIN")
