"""Search: what can be found, the words in it, and letters folded as in Python."""

from alembic import op
from ihala_directory.search.folding import sql_function
from ihala_kit.migrations import CLEARED, ORGANIZATION, grant, row_security

revision = "0004"
down_revision = "0003"

COLUMNS = """
    service_id uuid PRIMARY KEY REFERENCES service,
    organization_id uuid NOT NULL,
    tokens tsvector NOT NULL,
    needs text COLLATE "C" NOT NULL,
    governorates text COLLATE "C" NOT NULL,
    districts text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    languages text COLLATE "C" NOT NULL,
    accessibility text COLLATE "C" NOT NULL,
    latitudes double precision[] NOT NULL,
    longitudes double precision[] NOT NULL CHECK (cardinality(latitudes) = cardinality(longitudes)),
    card text NOT NULL,
    made_by text NOT NULL
"""
# What is compared stays in the row and is never packed; the cards of a page's rows alone are fetched from beside it.
STORED = "WITH (toast_tuple_target = 256)"
COUNTED = ("needs", "governorates", "districts", "kind", "languages", "accessibility")
APART = "ALTER COLUMN card SET STORAGE EXTERNAL, ALTER COLUMN tokens SET STORAGE PLAIN" + "".join(
    f", ALTER COLUMN {name} SET STORAGE PLAIN" for name in COUNTED
)
TABLES = f"""
CREATE TABLE search_entry ({COLUMNS}) {STORED};
ALTER TABLE search_entry {APART};
CREATE INDEX search_entry_tokens ON search_entry USING gin (tokens) WITH (fastupdate = off);
CREATE INDEX search_entry_of_organization ON search_entry (organization_id, service_id);
CREATE TABLE search_hidden ({COLUMNS}, CHECK (cardinality(latitudes) = 0)) {STORED};
ALTER TABLE search_hidden {APART};
CREATE INDEX search_hidden_of_organization ON search_hidden (organization_id, service_id);
CREATE TABLE search_word (
    key text COLLATE "C" NOT NULL,
    part text COLLATE "C" NOT NULL,
    PRIMARY KEY (key, part)
);
CREATE TABLE search_name (
    folded text COLLATE "C" NOT NULL,
    organization_id uuid NOT NULL REFERENCES organization,
    name text NOT NULL,
    PRIMARY KEY (folded, organization_id)
);
CREATE INDEX search_name_of_organization ON search_name (organization_id)
"""


def upgrade() -> None:
    op.execute(sql_function())
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    grant(op, ["search_entry", "search_hidden", "search_name"], "SELECT, INSERT, UPDATE, DELETE")
    grant(op, ["search_word"], "SELECT, INSERT")
    row_security(op, "search_hidden", f"{CLEARED} OR organization_id = {ORGANIZATION}")
