"""Entries become whole: descriptions, phones, contacts, costs, schedules, closures, what an entry needs to be understood and found."""

from alembic import op

revision = "0002"
down_revision = "0001"

WORDS = "jsonb NOT NULL DEFAULT '{}'"
LIST = "jsonb NOT NULL DEFAULT '[]'"
COLUMNS = {
    "organization": f"""description {WORDS}, email text, website text, phones {LIST}, contacts {LIST}, registration text,
        trusted boolean NOT NULL DEFAULT false""",
    "service": f"""description {WORDS}, url text, email text, phones {LIST}, contacts {LIST}, costs {LIST}, schedules {LIST},
        closures {LIST}, application_process {WORDS}, wait_days integer CHECK (wait_days >= 0),
        decision_target_hours integer CHECK (decision_target_hours > 0), woman_counsellor boolean NOT NULL DEFAULT false""",
    "location": f"sub_district text, transportation {WORDS}, phones {LIST}, changed_at timestamptz NOT NULL DEFAULT now()",
    "service_at_location": f"""description {WORDS}, phones {LIST}, contacts {LIST}, schedules {LIST}, closures {LIST},
        unit text NOT NULL DEFAULT 'place'""",
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        added = ", ADD COLUMN ".join(part.strip() for part in _split(columns))
        op.execute(f"ALTER TABLE {table} ADD COLUMN {added}")
    op.execute("ALTER TABLE location ALTER COLUMN changed_at DROP DEFAULT")
    for table in ("organization", "service", "service_at_location"):
        op.execute(f"CREATE INDEX {table}_changed ON {table} (changed_at, id)")


def _split(columns: str) -> list[str]:
    """Return the column definitions; their checks have no comma inside."""
    return columns.split(",")
