"""What the parties of a referral do together: tries, notes, appointments, files named, corrections, redaction, onward needs."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, app_role, grant, row_security

revision = "0005"
down_revision = "0004"

WHO = "client_id text NOT NULL, acting_officer text"
OF = "referral_id uuid NOT NULL REFERENCES referral, operator_id uuid NOT NULL"
TABLES = {
    "contact_try": f"""
        id uuid PRIMARY KEY, {OF}, at timestamptz NOT NULL,
        way text NOT NULL CHECK (way IN ('call','message','visit','through_origin')), reached boolean NOT NULL,
        organization_id uuid NOT NULL, {WHO}, logged_at timestamptz NOT NULL
    """,
    "note": f"""
        id uuid PRIMARY KEY, {OF}, need_id uuid NOT NULL, organization_id uuid NOT NULL, shared boolean NOT NULL, text bytea NOT NULL,
        at timestamptz NOT NULL, {WHO}
    """,
    "appointment": f"""
        id uuid PRIMARY KEY, {OF}, organization_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('proposed','confirmed','attended','no_show','cancelled')),
        starts_at timestamptz NOT NULL, ends_at timestamptz CHECK (ends_at > starts_at), place text, moved integer NOT NULL,
        proposed_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, version integer NOT NULL
    """,
    "file_reference": f"""
        {OF}, attachment_id uuid NOT NULL, purpose text NOT NULL, organization_id uuid NOT NULL, {WHO}, added_at timestamptz NOT NULL,
        removed_at timestamptz, PRIMARY KEY (referral_id, attachment_id)
    """,
    "amendment": f"""
        id uuid PRIMARY KEY, {OF}, fields text[] NOT NULL, reason text NOT NULL, at timestamptz NOT NULL, organization_id uuid, {WHO}
    """,
    "redaction": f"""
        id uuid PRIMARY KEY, {OF}, reason text NOT NULL, state text NOT NULL CHECK (state IN ('asked','done','refused')),
        asked_at timestamptz NOT NULL, asked_client text NOT NULL, asked_officer text, asked_as_dpo boolean NOT NULL,
        decided_at timestamptz, decided_client text, decided_officer text,
        CONSTRAINT redaction_decided CHECK ((state = 'asked') = (decided_at IS NULL))
    """,
    "onward_need": f"""
        id uuid PRIMARY KEY, {OF}, organization_id uuid NOT NULL, need_code text NOT NULL,
        urgency text NOT NULL CHECK (urgency IN ('emergency','urgent','routine')),
        state text NOT NULL CHECK (state IN ('asked','waits','opened','refused')), asked_at timestamptz NOT NULL,
        settled_at timestamptz, need_id uuid, {WHO}
    """,
}
INDEXES = (
    "CREATE INDEX contact_try_of_referral ON contact_try (referral_id, id)",
    "CREATE INDEX note_of_referral ON note (referral_id, id)",
    "CREATE INDEX appointment_of_referral ON appointment (referral_id, id)",
    "CREATE INDEX amendment_of_referral ON amendment (referral_id, id)",
    "CREATE INDEX redaction_of_referral ON redaction (referral_id, id)",
    "CREATE UNIQUE INDEX redaction_once ON redaction (referral_id) WHERE state = 'asked'",
    "CREATE INDEX redaction_to_decide ON redaction (operator_id, id) WHERE state = 'asked'",
    "CREATE INDEX onward_need_of_referral ON onward_need (referral_id, id)",
    # What a provider that closed has left behind.
    "CREATE INDEX referral_replaced ON referral (organization_id, id) WHERE reason = 'provider_closed'",
)
OF_REFERRAL = "EXISTS (SELECT FROM referral WHERE referral.id = {table}.referral_id)"
OURS = f"operator_id = {ORGANIZATION}"


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
    for statement in INDEXES:
        op.execute(statement)
    grant(op, tuple(TABLES))
    for table in ("contact_try", "amendment"):  # what was done and said stays so
        op.execute(f'REVOKE UPDATE, DELETE ON {table} FROM "{app_role()}"')
    # Each follows its referral, which restricted eyes and strangers do not see; a note that is not shared is its own side's alone.
    for table in ("contact_try", "appointment", "file_reference", "amendment", "onward_need"):
        row_security(op, table, OF_REFERRAL.format(table=table))
    row_security(op, "note", f"{OF_REFERRAL.format(table='note')} AND (shared OR organization_id = {ORGANIZATION})")
    row_security(op, "redaction", f"{OURS} AND {OF_REFERRAL.format(table='redaction')}")
    # Ways of reaching the person that intake named at the disclosure; empty: it named none, and all may be used.
    op.execute("ALTER TABLE placement ADD preferred_location_id uuid")
    op.execute("ALTER TABLE attempt ADD preferred_location_id uuid")
    op.execute("ALTER TABLE referral ADD ways text[] NOT NULL DEFAULT '{}'")
