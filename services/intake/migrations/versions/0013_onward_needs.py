"""Needs that a receiver asks to have opened: what caused a need, and what waits for its office."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    "ALTER TABLE need ADD caused_by uuid REFERENCES need DEFERRABLE INITIALLY DEFERRED",
    "CREATE INDEX need_caused_by ON need (caused_by) WHERE caused_by IS NOT NULL",
    """CREATE TABLE onward_need (
        id uuid NOT NULL, need_id uuid NOT NULL REFERENCES need DEFERRABLE INITIALLY DEFERRED, referral_id uuid NOT NULL,
        organization_id uuid NOT NULL, operator_id uuid NOT NULL, code text NOT NULL, urgency text NOT NULL,
        state text NOT NULL CHECK (state IN ('waits', 'opened', 'refused')), reason text,
        opened_need_id uuid REFERENCES need DEFERRABLE INITIALLY DEFERRED, asked_at timestamptz NOT NULL, decided_at timestamptz,
        client_id text, acting_officer text, version integer NOT NULL, PRIMARY KEY (id),
        CHECK ((state = 'waits') = (decided_at IS NULL)), CHECK ((state = 'opened') = (opened_need_id IS NOT NULL))
    )""",
    "CREATE INDEX onward_need_list ON onward_need (operator_id, state, id)",
    "CREATE INDEX onward_need_need ON onward_need (need_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    # Never of a restricted need: referral does not ask. Whoever asked hears of it from referral; here it is its office's alone.
    row_security(op, "onward_need", f"operator_id = {ORGANIZATION}")
    grant(op, ["onward_need"], "SELECT, INSERT, UPDATE")
