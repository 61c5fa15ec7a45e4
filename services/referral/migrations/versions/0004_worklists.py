"""Who works on what inside an organisation: officers, their history, hand-overs; and the indexes that each list is read by."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, app_role, grant, row_security

revision = "0004"
down_revision = "0003"

OPEN = "WHERE ended_at IS NULL"
# Who acts as origin: the owning office, for centres of the Ministry of Interior and for origins that were suspended or left.
ORIGIN = "(CASE WHEN origin_away OR origin_kind IN ('rgc','wlco','hlp','cpf') THEN operator_id ELSE origin_id END)"
# A deadline of the state that it is in was missed.
OVERDUE = (
    "(state = 'offered' AND fired && '{acknowledge,decide}'::text[] OR state = 'acknowledged' AND fired && '{decide}'::text[]"
    " OR state = 'accepted' AND fired && '{level_1}'::text[] OR state IN ('waitlisted','in_service') AND reviews_missed > 0)"
)
SIDES = {"received": ("organization_id", "receiver_officer"), "owned": ("operator_id", "office_officer"), "for": (ORIGIN, "origin_officer")}

COLUMNS = (
    "ALTER TABLE referral ADD receiver_officer text, ADD office_officer text, ADD origin_officer text,"
    " ADD origin_away boolean NOT NULL DEFAULT false",
    "ALTER TABLE placement ADD officer text",
    "ALTER TABLE work_item ADD officer text, ADD outcome text, ADD closed_by text",
)
ASSIGNMENT = """
CREATE TABLE assignment (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    side text NOT NULL CHECK (side IN ('receiver','office','origin')),
    about_id uuid NOT NULL,
    restricted boolean NOT NULL,
    before text,
    officer text,
    at timestamptz NOT NULL,
    client_id text NOT NULL,
    acting_officer text,
    hand_over_id uuid
)
"""
HAND_OVER = """
CREATE TABLE hand_over (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    officer text NOT NULL,
    to_officer text,
    sides text[] NOT NULL,
    cleared boolean NOT NULL,
    moved integer NOT NULL,
    asked_at timestamptz NOT NULL,
    finished_at timestamptz,
    client_id text NOT NULL,
    acting_officer text
)
"""
INDEXES = (
    *(f"CREATE INDEX referral_due_{name} ON referral ({whose}, next_at, id) {OPEN}" for name, (whose, _) in SIDES.items()),
    *(f"CREATE INDEX referral_late_{name} ON referral ({whose}, next_at, id) {OPEN} AND {OVERDUE}" for name, (whose, _) in SIDES.items()),
    *(f"CREATE INDEX referral_of_officer_{name} ON referral ({whose}, {who}, next_at, id) {OPEN}" for name, (whose, who) in SIDES.items()),
    *(f"CREATE INDEX referral_state_{name} ON referral ({whose}, state, next_at, id) {OPEN}" for name, (whose, _) in SIDES.items()),
    f"CREATE INDEX placement_due_owned ON placement (operator_id, next_at, id) {OPEN}",
    f"CREATE INDEX placement_late_owned ON placement (operator_id, next_at, id) {OPEN} AND level > 0",
    f"CREATE INDEX placement_state_due ON placement (operator_id, state, next_at, id) {OPEN}",
    f"CREATE INDEX placement_of_officer ON placement (operator_id, officer, next_at, id) {OPEN}",
    "CREATE INDEX work_item_kind ON work_item (operator_id, kind, id) WHERE closed_at IS NULL",
    "CREATE INDEX work_item_of_officer ON work_item (operator_id, officer, id) WHERE closed_at IS NULL",
    "CREATE INDEX assignment_of ON assignment (organization_id, about_id, id)",
    "CREATE INDEX hand_over_of ON hand_over (organization_id, id)",
)


def upgrade() -> None:
    for statement in (*COLUMNS, ASSIGNMENT, HAND_OVER, *INDEXES):
        op.execute(statement)
    grant(op, ("assignment", "hand_over"))
    op.execute(f'REVOKE UPDATE, DELETE ON assignment FROM "{app_role()}"')
    # Who works on what is known inside an organisation alone: the other side of a referral has rows of its own.
    row_security(op, "assignment", f"organization_id = {ORGANIZATION}", restricted=f"NOT restricted OR {CLEARED}")
    row_security(op, "hand_over", f"organization_id = {ORGANIZATION}", restricted=f"NOT cleared OR {CLEARED}")
