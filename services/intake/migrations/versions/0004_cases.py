"""Cases: assignment, hand-over, appointments, complaints, attachments."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, SYSTEM, grant, row_security

revision = "0004"
down_revision = "0003"

CASE = "case_id uuid NOT NULL REFERENCES case_file DEFERRABLE INITIALLY DEFERRED"
KEY = "key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED"
SENSITIVITY = "CHECK (sensitivity IN ('standard', 'restricted'))"

CASES = [
    """ALTER TABLE case_file ADD officer text, ADD closing_reason text, ADD closing_by text, ADD closed_at timestamptz,
        ADD closed_reason text, ADD CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
        ADD CHECK ((state = 'closed') = (closed_reason IS NOT NULL)),
        ADD CHECK (closing_reason IS NULL OR state = 'open')""",
    "CREATE INDEX case_file_operator ON case_file (operator_id, state, id)",
    "CREATE INDEX case_file_office ON case_file (operator_id, office_id, state, id) WHERE office_id IS NOT NULL",
    "CREATE INDEX case_file_officer ON case_file (operator_id, officer, state, id) WHERE officer IS NOT NULL",
    "CREATE INDEX case_file_unassigned ON case_file (operator_id, id) WHERE officer IS NULL AND state = 'open'",
    "CREATE INDEX case_file_closing ON case_file (operator_id, id) WHERE closing_reason IS NOT NULL",
    f"""CREATE TABLE case_step (
        id uuid NOT NULL, {CASE}, operator_id uuid NOT NULL, sensitivity text NOT NULL, act text NOT NULL, officer text,
        office_id uuid, reason text, {KEY}, details bytea, organization_id uuid NOT NULL, client_id text NOT NULL,
        acting_officer text, at timestamptz NOT NULL, PRIMARY KEY (id), {SENSITIVITY}
    )""",
    "CREATE INDEX case_step_case ON case_step (case_id, id)",
    f"""CREATE TABLE hand_over (
        id uuid NOT NULL, {CASE}, operator_id uuid NOT NULL, to_operator_id uuid NOT NULL, to_office_id uuid,
        sensitivity text NOT NULL, {KEY}, with_history boolean NOT NULL, governorate text, open_needs integer NOT NULL,
        urgency text, state text NOT NULL, reason text,
        details bytea NOT NULL, new_case_id uuid, offered_at timestamptz NOT NULL, next_at timestamptz, answered_at timestamptz,
        version integer NOT NULL, PRIMARY KEY (id), {SENSITIVITY},
        CHECK (state IN ('offered', 'accepted', 'refused', 'taken_back', 'lapsed')),
        CHECK ((state = 'offered') = (next_at IS NOT NULL)), CHECK (operator_id <> to_operator_id),
        CHECK (sensitivity = 'standard' OR governorate IS NULL)
    )""",
    "CREATE INDEX hand_over_case ON hand_over (case_id, id)",
    "CREATE INDEX hand_over_from ON hand_over (operator_id, state, id)",
    "CREATE UNIQUE INDEX hand_over_once ON hand_over (case_id) WHERE state = 'offered'",
    "CREATE INDEX hand_over_to ON hand_over (to_operator_id, state, id)",
    f"""CREATE TABLE appointment (
        id uuid NOT NULL, {CASE}, operator_id uuid NOT NULL, office_id uuid, sensitivity text NOT NULL, {KEY}, officer text,
        purpose text NOT NULL, interpreter text, begins_at timestamptz NOT NULL, minutes integer NOT NULL, state text NOT NULL,
        reason text, details bytea, recorded_at timestamptz, version integer NOT NULL, PRIMARY KEY (id), {SENSITIVITY},
        CHECK (state IN ('planned', 'kept', 'missed', 'cancelled')), CHECK (minutes BETWEEN 5 AND 480),
        CHECK ((state = 'planned') = (recorded_at IS NULL))
    )""",
    "CREATE INDEX appointment_case ON appointment (case_id, begins_at, id)",
    "CREATE INDEX appointment_office ON appointment (operator_id, office_id, state, begins_at, id) WHERE office_id IS NOT NULL",
    "CREATE INDEX appointment_officer ON appointment (operator_id, officer, state, begins_at, id) WHERE officer IS NOT NULL",
    "CREATE INDEX appointment_operator ON appointment (operator_id, state, begins_at, id)",
]

COMPLAINTS = [
    f"""CREATE TABLE complaint (
        id uuid NOT NULL, reference text NOT NULL, operator_id uuid NOT NULL, origin_id uuid NOT NULL, {KEY},
        person_id uuid REFERENCES person DEFERRABLE INITIALLY DEFERRED, kind text NOT NULL, topic text NOT NULL,
        sensitive boolean NOT NULL, about_organization_id uuid, about_office_id uuid, about_referral_id uuid,
        answer_wanted boolean NOT NULL, details bytea NOT NULL, state text NOT NULL, handler text, outcome text,
        received_at timestamptz NOT NULL, next_at timestamptz, escalations integer NOT NULL, answered_at timestamptz,
        client_id text NOT NULL, acting_officer text, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (kind IN ('complaint', 'feedback')), CHECK (state IN ('received', 'in_progress', 'answered', 'closed')),
        CHECK ((state IN ('received', 'in_progress')) = (next_at IS NOT NULL)),
        CHECK (state <> 'answered' OR (outcome IS NOT NULL AND answered_at IS NOT NULL))
    )""",
    "CREATE INDEX complaint_office ON complaint (operator_id, about_office_id, id) WHERE about_office_id IS NOT NULL",
    "CREATE INDEX complaint_operator ON complaint (operator_id, state, received_at, id)",
    "CREATE INDEX complaint_origin ON complaint (origin_id, id)",
    "CREATE INDEX complaint_person ON complaint (person_id) WHERE person_id IS NOT NULL",
]

ATTACHMENTS = [
    f"""CREATE TABLE attachment (
        id uuid NOT NULL, {CASE}, operator_id uuid NOT NULL, origin_id uuid NOT NULL, {KEY}, sensitivity text NOT NULL,
        purpose text NOT NULL, media_type text NOT NULL, size integer NOT NULL, parts integer NOT NULL, state text NOT NULL,
        reason text, details bytea NOT NULL, client_id text NOT NULL, acting_officer text, added_at timestamptz NOT NULL,
        next_at timestamptz, version integer NOT NULL, PRIMARY KEY (id), {SENSITIVITY}, CHECK (size > 0), CHECK (parts > 0),
        CHECK (state IN ('uploading', 'quarantined', 'clean', 'rejected', 'removed')),
        CHECK ((state IN ('uploading', 'quarantined')) = (next_at IS NOT NULL)),
        CHECK (state NOT IN ('rejected', 'removed') OR reason IS NOT NULL)
    )""",
    "CREATE INDEX attachment_case ON attachment (case_id, id)",
    "CREATE INDEX attachment_origin ON attachment (origin_id, id)",
    f"""CREATE TABLE attachment_part (
        attachment_id uuid NOT NULL REFERENCES attachment DEFERRABLE INITIALLY DEFERRED, kind text NOT NULL, n integer NOT NULL,
        operator_id uuid NOT NULL, origin_id uuid NOT NULL, sensitivity text NOT NULL, content bytea NOT NULL,
        mark bytea NOT NULL, PRIMARY KEY (attachment_id, kind, n), {SENSITIVITY}, CHECK (kind IN ('raw', 'clean')), CHECK (n > 0)
    )""",
    # Ciphertext shrinks by nothing: PostgreSQL need not try.
    "ALTER TABLE attachment_part ALTER COLUMN content SET STORAGE EXTERNAL",
]

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"
RESTRICTED = f"sensitivity <> 'restricted' OR {CLEARED} OR (origin_id = {ORGANIZATION} AND operator_id <> {ORGANIZATION})"
FOR_THE_CLEARED = f"sensitivity <> 'restricted' OR {CLEARED}"
HANDLES = "(SELECT 'complaints' = ANY (string_to_array(current_setting('app.roles', true), ',')))"
# What is sensitive shows to the operator's complaint handlers alone; no complaint shows to the organisation it is about, unless that
# is the operator, whose ordinary complaints its offices answer themselves.
COMPLAINT = f"(NOT sensitive OR (operator_id = {ORGANIZATION} AND {HANDLES})) AND (operator_id = {ORGANIZATION} OR about_organization_id IS DISTINCT FROM {ORGANIZATION})"

VISIBLE = {
    "case_step": f"operator_id = {ORGANIZATION}",
    "hand_over": f"operator_id = {ORGANIZATION} OR to_operator_id = {ORGANIZATION}",
    "appointment": f"operator_id = {ORGANIZATION}",
    "complaint": OWN,
    "attachment": OWN,
    "attachment_part": OWN,
}
# Rows of the two chains never change, so they keep the operator of their time; who has the case now reads them all the same.
GONE_WITH = {
    "consent_revision": f"EXISTS (SELECT FROM consent c WHERE c.id = consent_id AND c.operator_id = {ORGANIZATION})",
    "access_log": f"EXISTS (SELECT FROM person p WHERE p.id = person_id AND p.operator_id = {ORGANIZATION})",
}
NARROWED = {
    "case_step": FOR_THE_CLEARED,
    "hand_over": FOR_THE_CLEARED,
    "appointment": FOR_THE_CLEARED,
    "complaint": COMPLAINT,
    "attachment": RESTRICTED,
    "attachment_part": RESTRICTED,
}


def upgrade() -> None:
    for statement in [*CASES, *COMPLAINTS, *ATTACHMENTS]:
        op.execute(statement)
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
    for table, narrowed in NARROWED.items():  # not for INSERT: whoever hears of it may write it down, and then sees it no more
        for command in ("SELECT", "UPDATE"):
            name = f"restricted_{command.lower()}"
            op.execute(f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {command} USING ({SYSTEM} OR ({narrowed}))")
    for table, owner in GONE_WITH.items():
        op.execute(f"CREATE POLICY taken_over ON {table} FOR SELECT USING ({owner})")
    grant(op, [table for table in VISIBLE if table != "attachment_part"], "SELECT, INSERT, UPDATE")
    grant(op, ["attachment_part"])  # raw parts are deleted once they are cleaned
