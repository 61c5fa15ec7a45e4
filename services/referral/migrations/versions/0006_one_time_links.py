"""One-time links for providers without a system."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0006"
down_revision = "0005"

LINK = """
CREATE TABLE one_time_link (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL,
    referral_id uuid NOT NULL REFERENCES referral,
    organization_id uuid NOT NULL,
    focal_id text NOT NULL,
    language text NOT NULL CHECK (language IN ('ar','ckb','en')),
    token_hash bytea NOT NULL CONSTRAINT one_time_link_token UNIQUE,
    code_hash bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    issued_by text NOT NULL,
    acting_officer text,
    tries integer NOT NULL,
    asked integer NOT NULL,
    minute_at timestamptz NOT NULL,
    used_for text CHECK (used_for IN ('accept','decline')),
    end_reason text CHECK (end_reason IN ('used','replaced','revoked','tries')),
    ended_at timestamptz,
    CONSTRAINT ended_link_says_why CHECK ((end_reason IS NULL) = (ended_at IS NULL)),
    CONSTRAINT used_link_says_for_what CHECK ((used_for IS NOT NULL) = (end_reason IS NOT DISTINCT FROM 'used'))
)
"""


def upgrade() -> None:
    op.execute(LINK)
    op.execute("CREATE UNIQUE INDEX one_live_link ON one_time_link (referral_id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX one_time_link_of_referral ON one_time_link (referral_id, id)")
    grant(op, ("one_time_link",), "SELECT, INSERT, UPDATE")
    # The office that owns the case now sees them, also after a hand-over; the receiver never does.
    owned = f"SELECT FROM referral WHERE referral.id = one_time_link.referral_id AND referral.operator_id = {ORGANIZATION}"
    row_security(op, "one_time_link", f"EXISTS ({owned})")
