"""Digests: who of an organisation's officers hears by e-mail, and each mail."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0015"
down_revision = "0014"

STATEMENTS = """
CREATE TABLE digest (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    officer text NOT NULL,
    sealed_email bytea,
    language text NOT NULL CHECK (language IN ('ar', 'ckb', 'en')),
    kinds text[],
    governorates text[],
    daily_at smallint CHECK (daily_at BETWEEN 0 AND 1439),
    at_once boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('unconfirmed', 'active', 'ended')),
    reason text,
    code_hash bytea,
    code_until timestamptz,
    code_tries integer NOT NULL,
    cursor bigint NOT NULL,
    urgent_cursor bigint NOT NULL,
    next_at timestamptz,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (organization_id, officer),
    CONSTRAINT active_has_an_address CHECK (state <> 'active' OR sealed_email IS NOT NULL),
    CONSTRAINT ended_has_none CHECK (state <> 'ended' OR (sealed_email IS NULL AND code_hash IS NULL)),
    CONSTRAINT only_active_is_due CHECK (next_at IS NULL OR (state = 'active' AND daily_at IS NOT NULL))
);
CREATE INDEX digest_due ON digest (next_at) WHERE state = 'active';
CREATE INDEX digest_urgent ON digest (organization_id) WHERE state = 'active' AND at_once;
CREATE INDEX digest_over ON digest (changed_at) WHERE state <> 'active';
CREATE INDEX digest_master ON digest (get_byte(sealed_email, 0), id) WHERE sealed_email IS NOT NULL;
CREATE TABLE digest_mail (
    id uuid PRIMARY KEY,
    digest_id uuid NOT NULL REFERENCES digest ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('code', 'daily', 'urgent')),
    after bigint,
    until bigint,
    state text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')),
    reason text,
    attempts integer NOT NULL,
    next_at timestamptz,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    CONSTRAINT a_code_tells_nothing_else CHECK ((kind = 'code') = (after IS NULL) AND (after IS NULL) = (until IS NULL)),
    CONSTRAINT open_has_a_next_instant CHECK ((state IN ('waiting', 'sending')) = (next_at IS NOT NULL)),
    CONSTRAINT settled_has_a_time CHECK ((next_at IS NULL) = (settled_at IS NOT NULL))
);
CREATE INDEX digest_mail_due ON digest_mail (next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX digest_mail_of ON digest_mail (digest_id, id);
CREATE INDEX digest_mail_age ON digest_mail (settled_at) WHERE settled_at IS NOT NULL
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["digest", "digest_mail"])
    for table in ("digest", "digest_mail"):
        row_security(op, table, f"organization_id = {ORGANIZATION}")
