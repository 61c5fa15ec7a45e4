"""Guardians, lawful bases, acknowledgements and receipts."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, SYSTEM, grant, row_security

revision = "0006"
down_revision = "0005"

AWAITED = "acknowledge_by IS NOT NULL AND acknowledged_at IS NULL AND silent_since IS NULL"
SILENT = "silent_since IS NOT NULL AND acknowledged_at IS NULL"

ACKNOWLEDGEMENTS = [
    """ALTER TABLE disclosure ADD acknowledge_by timestamptz, ADD acknowledged_at timestamptz, ADD acknowledgement text,
        ADD legal_basis text, ADD silent_since timestamptz,
        ADD CHECK (acknowledgement IN ('deleted', 'kept')),
        ADD CHECK ((acknowledgement IS NULL) = (acknowledged_at IS NULL)),
        ADD CHECK ((acknowledgement IS NOT DISTINCT FROM 'kept') = (legal_basis IS NOT NULL)),
        ADD CHECK (acknowledge_by IS NULL OR state = 'closed'),
        ADD CHECK (silent_since IS NULL OR acknowledge_by IS NOT NULL)""",
    f"CREATE INDEX disclosure_awaited ON disclosure (acknowledge_by, id) WHERE {AWAITED}",
    f"CREATE INDEX disclosure_silent ON disclosure (operator_id, silent_since, id) WHERE {SILENT}",
    "CREATE INDEX disclosure_person ON disclosure (person_id, id)",
    "CREATE INDEX disclosure_consent ON disclosure (consent_id, id)",
    "ALTER TABLE organization ADD hidden boolean NOT NULL DEFAULT false",
    """CREATE TABLE disclosed (
        disclosure_id uuid NOT NULL REFERENCES disclosure DEFERRABLE INITIALLY DEFERRED, revision integer NOT NULL,
        operator_id uuid NOT NULL, origin_id uuid NOT NULL, organization_id uuid NOT NULL, sensitivity text NOT NULL,
        fields text[] NOT NULL, reads integer NOT NULL, first_read_at timestamptz NOT NULL, last_read_at timestamptz NOT NULL,
        PRIMARY KEY (disclosure_id, revision), CHECK (reads > 0)
    )""",
]

DECISIONS = [
    """ALTER TABLE consent ADD basis text NOT NULL DEFAULT 'consent', DROP CONSTRAINT consent_state_check,
        ADD CONSTRAINT consent_state_check CHECK (state IN ('given', 'refused', 'withdrawn', 'awaited')),
        ADD CHECK (basis IN ('consent', 'best_interests', 'vital_interest'))""",
    "CREATE INDEX consent_awaited ON consent (operator_id, id) WHERE state = 'awaited'",
    "CREATE INDEX consent_other_basis ON consent (operator_id, id) WHERE basis <> 'consent'",
    """ALTER TABLE consent_revision DROP CONSTRAINT consent_revision_act_check, ADD CONSTRAINT consent_revision_act_check
        CHECK (act IN ('given', 'refused', 'awaited', 'changed', 'withdrawn', 'decided'))""",
    """CREATE TABLE consent_decision (
        id uuid NOT NULL, consent_id uuid NOT NULL REFERENCES consent DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL,
        origin_id uuid NOT NULL, key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, sensitivity text NOT NULL,
        basis text NOT NULL, state text NOT NULL, recipients uuid[] NOT NULL, categories text[] NOT NULL, until timestamptz NOT NULL,
        details bytea NOT NULL, proposed_client text NOT NULL, proposed_officer text, proposed_at timestamptz NOT NULL,
        decided_client text, decided_officer text, decided_at timestamptz, revision integer, PRIMARY KEY (id),
        CHECK (basis IN ('best_interests', 'vital_interest')), CHECK (state IN ('proposed', 'confirmed', 'rejected')),
        CHECK ((state = 'proposed') = (decided_at IS NULL)), CHECK ((decided_at IS NULL) = (decided_client IS NULL)),
        CHECK ((state = 'confirmed') = (revision IS NOT NULL)),
        CHECK (decided_client IS NULL OR CASE WHEN decided_officer IS NULL OR proposed_officer IS NULL
            THEN decided_client <> proposed_client ELSE decided_officer <> proposed_officer END)
    )""",
    "CREATE INDEX consent_decision_consent ON consent_decision (consent_id, id)",
    "CREATE UNIQUE INDEX consent_decision_proposed ON consent_decision (consent_id) WHERE state = 'proposed'",
]

REPORTS = [
    "ALTER TABLE organization ADD reporting_duty jsonb NOT NULL DEFAULT '{}'",
    """CREATE TABLE report (
        id uuid NOT NULL, need_id uuid NOT NULL REFERENCES need DEFERRABLE INITIALLY DEFERRED,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        consent_id uuid NOT NULL REFERENCES consent DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL, origin_id uuid NOT NULL,
        organization_id uuid NOT NULL, key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED,
        sensitivity text NOT NULL, categories text[] NOT NULL, person_told boolean NOT NULL, details bytea NOT NULL,
        reported_at timestamptz NOT NULL, PRIMARY KEY (id)
    )""",
    "CREATE INDEX report_consent ON report (consent_id, id)",
    "CREATE INDEX report_person ON report (person_id, id)",
]

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"
RESTRICTED = f"sensitivity <> 'restricted' OR {CLEARED} OR (origin_id = {ORGANIZATION} AND operator_id <> {ORGANIZATION})"
VISIBLE = {
    "disclosed": f"{OWN} OR organization_id = {ORGANIZATION}",
    "consent_decision": f"operator_id = {ORGANIZATION}",
    "report": OWN,
}


def upgrade() -> None:
    for statement in ACKNOWLEDGEMENTS + DECISIONS + REPORTS:
        op.execute(statement)
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
        for command in ("SELECT", "UPDATE"):
            name = f"restricted_{command.lower()}"
            op.execute(f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {command} USING ({SYSTEM} OR {RESTRICTED})")
    grant(op, list(VISIBLE), "SELECT, INSERT, UPDATE")
