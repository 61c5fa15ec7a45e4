"""What is known of persons and households, beyond the first request."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0002"
down_revision = "0001"

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"


def upgrade() -> None:
    op.execute("ALTER TABLE household ADD COLUMN changed_at timestamptz, ADD COLUMN version integer NOT NULL DEFAULT 1")
    op.execute("UPDATE household SET changed_at = made_at")
    op.execute("ALTER TABLE household ALTER COLUMN changed_at SET NOT NULL, ALTER COLUMN version DROP DEFAULT")
    op.execute("""CREATE TABLE household_member (
        id uuid NOT NULL, household_id uuid NOT NULL REFERENCES household DEFERRABLE INITIALLY DEFERRED,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL, origin_id uuid NOT NULL,
        joined_at timestamptz NOT NULL, left_at timestamptz, left_reason text, PRIMARY KEY (id),
        CHECK ((left_at IS NULL) = (left_reason IS NULL))
    )""")
    op.execute("CREATE UNIQUE INDEX household_member_now ON household_member (person_id) WHERE left_at IS NULL")
    op.execute("CREATE INDEX household_member_household ON household_member (household_id, id)")
    op.execute("CREATE INDEX household_member_person ON household_member (person_id, id)")
    op.execute("""INSERT INTO household_member (id, household_id, person_id, operator_id, origin_id, joined_at)
        SELECT gen_random_uuid(), household_id, id, operator_id, origin_id, made_at FROM person WHERE household_id IS NOT NULL""")
    row_security(op, "household_member", OWN)
    grant(op, ["household_member"], "SELECT, INSERT, UPDATE")
    grant(op, ["person_mark"], "DELETE")  # a phone that is no longer theirs finds nobody any more
