"""Letters and slips; of a referral, which need it is for, and whether somebody has it."""

from alembic import op
from ihala_kit.migrations import CLEARED, OPERATOR, ORGANIZATION, grant, row_security

revision = "0014"
down_revision = "0013"

# `of_need_id`: the version before this one reads both tables together, and `need_id` without saying of which.
STATEMENTS = """
ALTER TABLE referral ADD COLUMN of_need_id uuid, ADD COLUMN state text CHECK (state IN ('accepted', 'ended'));
CREATE INDEX referral_accepted ON referral (of_need_id, referral_id) WHERE state = 'accepted';
CREATE TABLE letter (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL,
    need_id uuid NOT NULL,
    referral_id uuid,
    kind text NOT NULL CHECK (kind IN ('support_letter', 'referral_slip')),
    shows text NOT NULL CHECK (shows IN ('full', 'plain', 'bare')),
    language text NOT NULL CHECK (language IN ('ar', 'ckb', 'en')),
    restricted boolean NOT NULL,
    code_hash bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    issued_by text NOT NULL,
    issued_at timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    used_by text,
    used_at timestamptz,
    revoked_by text,
    revoked_at timestamptz,
    version integer NOT NULL,
    CHECK ((used_by IS NULL) = (used_at IS NULL)),
    CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)),
    CONSTRAINT restricted_shows_nothing CHECK (NOT restricted OR (shows = 'bare' AND referral_id IS NULL AND kind = 'referral_slip'))
);
CREATE INDEX letter_operator ON letter (operator_id, id);
CREATE INDEX letter_need ON letter (operator_id, need_id, id);
CREATE INDEX letter_age ON letter (valid_until)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["letter"])
    # A provider's clients name an operator too: only the operator's own clients see its letters.
    visible = f"operator_id = {OPERATOR} AND operator_id = {ORGANIZATION}"
    row_security(op, "letter", visible, restricted=f"NOT restricted OR {CLEARED}")
