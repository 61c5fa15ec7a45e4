"""Search asks in one statement, without a transaction that says first who calls: what is hidden says it itself."""

from alembic import op
from ihala_kit.migrations import app_role

revision = "0010"
down_revision = "0009"

# The settings hold until the statement ends; the row policy reads them as ever. A row policy keeps PostgreSQL from looking words up in the
# index (see search/tables.py), so the uncleared are led to the few of their own organisation.
HIDDEN_FOUND = """
    CREATE FUNCTION search_hidden_found(whose uuid, cleared boolean, wanted tsquery) RETURNS SETOF search_hidden
    LANGUAGE plpgsql SECURITY INVOKER ROWS 10 AS $$ BEGIN
        PERFORM set_config('app.system', '', true), set_config('app.cleared', cleared::text, true),
                set_config('app.organization_id', whose::text, true);
        IF cleared THEN
            RETURN QUERY SELECT * FROM search_hidden e WHERE e.tokens @@ wanted;
        ELSE
            RETURN QUERY SELECT * FROM search_hidden e WHERE e.organization_id = whose AND e.tokens @@ wanted;
        END IF;
    END $$
"""


def upgrade() -> None:
    op.execute(HIDDEN_FOUND.replace("::", "\\:\\:"))
    op.execute("REVOKE ALL ON FUNCTION search_hidden_found FROM PUBLIC")
    op.execute(f'GRANT EXECUTE ON FUNCTION search_hidden_found TO "{app_role()}"')
