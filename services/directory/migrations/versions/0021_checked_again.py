"""An employer that takes part is looked at again: a check then is of the organisation, and of no application."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("ALTER TABLE application_check ALTER COLUMN application_id DROP NOT NULL")
    op.execute("CREATE INDEX application_check_of_organization ON application_check (organization_id, id)")  # four rows an employer
