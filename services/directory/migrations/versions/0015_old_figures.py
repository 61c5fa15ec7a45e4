"""Of which figure it was told that it is old: once, until the provider gives another one."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = """
ALTER TABLE service_at_location ADD figure_told_at timestamptz;
CREATE INDEX service_at_location_figure_old ON service_at_location (figure_at)
    WHERE status = 'open' AND figure_told_at IS DISTINCT FROM figure_at
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
