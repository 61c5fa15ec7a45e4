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
    "CASE state WHEN 'offered' THEN fired && '{acknowledge,decide}'::text[] WHEN 'acknowledged' THEN fired && '{decide}'::text[]"
    " WHEN 'accepted' THEN fired && '{level_1}'::text[] WHEN 'waitlisted' THEN reviews_missed > 0"
    " WHEN 'in_service' THEN reviews_missed > 0 ELSE false END"
)
SIDES = {"received": ("organization_id", "receiver_officer"), "owned": ("operator_id", "office_officer"), "for": (ORIGIN, "origin_officer")}
# What the row policies look at, so that rows are counted without being fetched.
POLICED = ("organization_id", "operator_id", "origin_id", "origin_kind", "origin_away", "restricted")


def on_referral(name: str, whose: str, keys: str, where: str = OPEN) -> str:
    """Return an index of one side's open referrals."""
    more = ", ".join(column for column in POLICED if column != whose)
    return f"CREATE INDEX referral_{name} ON referral ({whose}, {keys}) INCLUDE ({more}) {where}"


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
    *(on_referral(f"due_{name}", whose, "next_at, id") for name, (whose, _) in SIDES.items()),
    *(on_referral(f"late_{name}", whose, "next_at, id", f"{OPEN} AND {OVERDUE}") for name, (whose, _) in SIDES.items()),
    *(on_referral(f"of_officer_{name}", whose, f"{who}, next_at, id") for name, (whose, who) in SIDES.items()),
    *(on_referral(f"state_{name}", whose, "state, next_at, id") for name, (whose, _) in SIDES.items()),
    f"CREATE STATISTICS referral_overdue ON ({OVERDUE}), (ended_at IS NULL) FROM referral",  # or few would be thought to be
    f"CREATE INDEX placement_due_owned ON placement (operator_id, next_at, id) INCLUDE (sensitivity) {OPEN}",
    f"CREATE INDEX placement_late_owned ON placement (operator_id, next_at, id) INCLUDE (sensitivity) {OPEN} AND level > 0",
    f"CREATE INDEX placement_state_due ON placement (operator_id, state, next_at, id) INCLUDE (sensitivity) {OPEN}",
    f"CREATE INDEX placement_of_officer ON placement (operator_id, officer, next_at, id) INCLUDE (sensitivity) {OPEN}",
    "CREATE INDEX referral_asked_state ON referral (origin_id, state, id)",
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
