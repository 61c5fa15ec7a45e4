"""Create intake: its tables, who may see which rows, and what can only be added to."""

from alembic import op
from ihala_kit import schema
from ihala_kit.migrations import CLEARED, ORGANIZATION, SYSTEM, app_role, grant, row_security

revision = "0001"
down_revision = None

TABLES = [
    """CREATE TABLE data_key (
        id uuid NOT NULL, wrapped bytea, made_at timestamptz NOT NULL, destroyed_at timestamptz, PRIMARY KEY (id),
        CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
    )""",
    """CREATE TABLE household (
        id uuid NOT NULL, operator_id uuid NOT NULL, origin_id uuid NOT NULL, made_at timestamptz NOT NULL, PRIMARY KEY (id)
    )""",
    """CREATE TABLE organization (
        id uuid NOT NULL, kind text NOT NULL, operator_id uuid, cleared boolean NOT NULL, agreement_until date,
        status text NOT NULL, changed_at timestamptz NOT NULL, PRIMARY KEY (id), CHECK (status IN ('active', 'suspended'))
    )""",
    """CREATE TABLE overtaken (
        event_id uuid NOT NULL, type text NOT NULL, need_id uuid NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (event_id)
    )""",
    """CREATE TABLE reference (
        reference text NOT NULL, kind text NOT NULL, about uuid NOT NULL, PRIMARY KEY (reference)
    )""",
    """CREATE TABLE person (
        id uuid NOT NULL, key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL,
        origin_id uuid NOT NULL, sensitivity text NOT NULL, household_id uuid REFERENCES household DEFERRABLE INITIALLY DEFERRED,
        identity_held_by text NOT NULL, details bytea NOT NULL, made_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
        version integer NOT NULL, PRIMARY KEY (id), CHECK (sensitivity IN ('standard', 'restricted')),
        CHECK (identity_held_by IN ('intake', 'origin')), CHECK (sensitivity = 'standard' OR household_id IS NULL),
        CHECK (sensitivity = 'restricted' OR key_id = id)
    )""",
    "CREATE INDEX person_household ON person (household_id) WHERE household_id IS NOT NULL",
    """CREATE TABLE request (
        id uuid NOT NULL, reference text NOT NULL, key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED,
        operator_id uuid NOT NULL, origin_id uuid NOT NULL, origin_kind text NOT NULL, office_id uuid, client_id text NOT NULL,
        acting_officer text, received_at timestamptz NOT NULL, PRIMARY KEY (id)
    )""",
    "CREATE INDEX request_operator ON request (operator_id, id)",
    "CREATE INDEX request_origin ON request (origin_id, id)",
    """CREATE TABLE access_chain (
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, n integer NOT NULL, head bytea NOT NULL,
        PRIMARY KEY (person_id)
    )""",
    """CREATE TABLE case_file (
        id uuid NOT NULL, reference text NOT NULL, operator_id uuid NOT NULL, origin_id uuid NOT NULL, office_id uuid,
        request_id uuid NOT NULL REFERENCES request DEFERRABLE INITIALLY DEFERRED,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        household_id uuid REFERENCES household DEFERRABLE INITIALLY DEFERRED, sensitivity text NOT NULL, state text NOT NULL,
        opened_at timestamptz NOT NULL, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (sensitivity IN ('standard', 'restricted')), CHECK (state IN ('open', 'closed')),
        CHECK (sensitivity = 'standard' OR household_id IS NULL)
    )""",
    "CREATE INDEX case_file_person ON case_file (person_id)",
    "CREATE INDEX case_file_request ON case_file (request_id)",
    """CREATE TABLE person_mark (
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, kind text NOT NULL, value bytea NOT NULL,
        operator_id uuid NOT NULL, PRIMARY KEY (person_id, kind, value)
    )""",
    "CREATE INDEX person_mark_value ON person_mark (operator_id, kind, value)",
    """CREATE TABLE request_identifier (
        id uuid NOT NULL, request_id uuid NOT NULL REFERENCES request DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL,
        origin_id uuid NOT NULL, system text NOT NULL, mark bytea NOT NULL, value bytea NOT NULL, PRIMARY KEY (id)
    )""",
    "CREATE INDEX request_identifier_mark ON request_identifier (mark)",
    "CREATE UNIQUE INDEX request_identifier_once ON request_identifier (origin_id, mark)",
    "CREATE INDEX request_identifier_request ON request_identifier (request_id)",
    """CREATE TABLE assistance (
        id uuid NOT NULL, operator_id uuid NOT NULL, origin_id uuid NOT NULL,
        request_id uuid NOT NULL REFERENCES request DEFERRABLE INITIALLY DEFERRED,
        case_id uuid NOT NULL REFERENCES case_file DEFERRABLE INITIALLY DEFERRED,
        key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, code text NOT NULL, sensitivity text NOT NULL,
        details bytea NOT NULL, given_at timestamptz NOT NULL, PRIMARY KEY (id),
        CHECK (sensitivity IN ('standard', 'protected', 'restricted')), CHECK (sensitivity <> 'restricted' OR code = 'protection')
    )""",
    "CREATE INDEX assistance_case ON assistance (case_id)",
    "CREATE INDEX assistance_request ON assistance (request_id)",
    """CREATE TABLE consent (
        id uuid NOT NULL, operator_id uuid NOT NULL, origin_id uuid NOT NULL,
        key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        case_id uuid NOT NULL REFERENCES case_file DEFERRABLE INITIALLY DEFERRED, sensitivity text NOT NULL,
        revision integer NOT NULL, state text NOT NULL, purpose text NOT NULL, recipients uuid[] NOT NULL,
        objections uuid[] NOT NULL, categories text[] NOT NULL, until timestamptz NOT NULL, changed_at timestamptz NOT NULL,
        PRIMARY KEY (id), CHECK (state IN ('given', 'refused', 'withdrawn')), CHECK (revision > 0)
    )""",
    "CREATE INDEX consent_person ON consent (person_id)",
    """CREATE TABLE need (
        id uuid NOT NULL, reference text NOT NULL, operator_id uuid NOT NULL, origin_id uuid NOT NULL, origin_kind text NOT NULL,
        request_id uuid NOT NULL REFERENCES request DEFERRABLE INITIALLY DEFERRED,
        case_id uuid NOT NULL REFERENCES case_file DEFERRABLE INITIALLY DEFERRED,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        consent_id uuid NOT NULL REFERENCES consent DEFERRABLE INITIALLY DEFERRED,
        key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, code text NOT NULL, sensitivity text NOT NULL,
        urgency text NOT NULL, governorate text NOT NULL, district text, details bytea NOT NULL, preferred_reservation_id uuid,
        match_settled boolean NOT NULL, state text NOT NULL, closed_reason text, requested_at timestamptz NOT NULL,
        announced_at timestamptz, waits boolean NOT NULL, changed_at timestamptz NOT NULL, version integer NOT NULL,
        PRIMARY KEY (id), CHECK (sensitivity IN ('standard', 'protected', 'restricted')),
        CHECK (urgency IN ('emergency', 'urgent', 'routine')),
        CHECK (state IN ('open', 'referring', 'served', 'verified', 'unverified', 'unserved', 'closed')),
        CHECK ((state = 'closed') = (closed_reason IS NOT NULL)), CHECK (NOT waits OR (announced_at IS NULL AND state = 'open')),
        CHECK (sensitivity <> 'restricted' OR (code = 'protection' AND district IS NULL))
    )""",
    "CREATE INDEX need_case ON need (case_id)",
    "CREATE INDEX need_consent ON need (consent_id)",
    "CREATE INDEX need_person ON need (person_id)",
    "CREATE INDEX need_request ON need (request_id)",
    "CREATE INDEX need_waits ON need (requested_at, id) WHERE waits",
    """CREATE TABLE access_log (
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED, n integer NOT NULL, at timestamptz NOT NULL,
        operator_id uuid NOT NULL, organization_id uuid NOT NULL, client_id text NOT NULL, acting_officer text, what text NOT NULL,
        need_id uuid REFERENCES need DEFERRABLE INITIALLY DEFERRED, referral_id uuid, categories text[] NOT NULL,
        previous bytea NOT NULL, hash bytea NOT NULL, PRIMARY KEY (person_id, n)
    )""",
    """CREATE TABLE consent_revision (
        consent_id uuid NOT NULL REFERENCES consent DEFERRABLE INITIALLY DEFERRED, revision integer NOT NULL,
        operator_id uuid NOT NULL, origin_id uuid NOT NULL, sensitivity text NOT NULL, act text NOT NULL,
        need_id uuid REFERENCES need DEFERRABLE INITIALLY DEFERRED, referral_id uuid, given boolean NOT NULL, basis text NOT NULL,
        recipients uuid[] NOT NULL, objections uuid[] NOT NULL, categories text[] NOT NULL, until timestamptz NOT NULL,
        details bytea NOT NULL, client_id text NOT NULL, organization_id uuid NOT NULL, acting_officer text,
        at timestamptz NOT NULL, previous bytea NOT NULL, hash bytea NOT NULL, PRIMARY KEY (consent_id, revision),
        CHECK (act IN ('given', 'refused', 'changed', 'withdrawn'))
    )""",
    """CREATE TABLE disclosure (
        id uuid NOT NULL, referral_id uuid NOT NULL, organization_id uuid NOT NULL, operator_id uuid NOT NULL,
        origin_id uuid NOT NULL, need_id uuid NOT NULL REFERENCES need DEFERRABLE INITIALLY DEFERRED,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        household_id uuid REFERENCES household DEFERRABLE INITIALLY DEFERRED,
        consent_id uuid NOT NULL REFERENCES consent DEFERRABLE INITIALLY DEFERRED, revision integer NOT NULL,
        categories text[] NOT NULL, sensitivity text NOT NULL, state text NOT NULL, opened_at timestamptz NOT NULL,
        ends_at timestamptz, closed_at timestamptz, reason text, PRIMARY KEY (id), CHECK (state IN ('open', 'closed')),
        CHECK ((state = 'closed') = (closed_at IS NOT NULL)), CHECK ((state = 'closed') = (reason IS NOT NULL))
    )""",
    "CREATE INDEX disclosure_need ON disclosure (need_id)",
    "CREATE INDEX disclosure_open_consent ON disclosure (consent_id) WHERE state = 'open'",
    "CREATE INDEX disclosure_open_household ON disclosure (household_id, organization_id) WHERE state = 'open'",
    "CREATE INDEX disclosure_open_organization ON disclosure (organization_id, id) WHERE state = 'open'",
    "CREATE INDEX disclosure_open_person ON disclosure (person_id, organization_id) WHERE state = 'open'",
    "CREATE UNIQUE INDEX disclosure_referral ON disclosure (referral_id)",
    """CREATE TABLE follow_up (
        id uuid NOT NULL, need_id uuid NOT NULL REFERENCES need DEFERRABLE INITIALLY DEFERRED, referral_id uuid NOT NULL,
        operator_id uuid NOT NULL, origin_id uuid NOT NULL, organization_id uuid NOT NULL,
        key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, sensitivity text NOT NULL,
        by_origin boolean NOT NULL, state text NOT NULL, due_at timestamptz NOT NULL, next_at timestamptz, tries integer NOT NULL,
        result text, details bytea, recorded_at timestamptz, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (state IN ('planned', 'due', 'recorded', 'lapsed')), CHECK ((state IN ('planned', 'due')) = (next_at IS NOT NULL)),
        CHECK (result IN ('confirmed', 'disputed', 'unreachable')), CHECK (state <> 'recorded' OR result IS NOT NULL)
    )""",
    "CREATE INDEX follow_up_need ON follow_up (need_id)",
    "CREATE INDEX follow_up_operator ON follow_up (operator_id, state, due_at, id)",
    "CREATE INDEX follow_up_origin ON follow_up (origin_id, state, due_at, id)",
    "CREATE UNIQUE INDEX follow_up_referral ON follow_up (referral_id)",
    """CREATE TABLE referral_copy (
        referral_id uuid NOT NULL, need_id uuid NOT NULL REFERENCES need DEFERRABLE INITIALLY DEFERRED,
        organization_id uuid NOT NULL, operator_id uuid NOT NULL, origin_id uuid NOT NULL, sensitivity text NOT NULL,
        state text NOT NULL, started boolean NOT NULL, refused_reason text, changed_at timestamptz NOT NULL,
        PRIMARY KEY (referral_id), CHECK (state IN ('offered', 'accepted', 'refused', 'ended')),
        CHECK ((state <> 'refused') OR (refused_reason IS NOT NULL))
    )""",
    "CREATE INDEX referral_copy_accepted ON referral_copy (organization_id, referral_id) WHERE state = 'accepted'",
    "CREATE INDEX referral_copy_need ON referral_copy (need_id)",
]

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"
# An origin from outside may see the restricted case it brought; within the operator clearance decides, also for the desk that took it.
RESTRICTED = f"sensitivity <> 'restricted' OR {CLEARED} OR (origin_id = {ORGANIZATION} AND operator_id <> {ORGANIZATION})"

VISIBLE = {
    "person": OWN,
    "household": OWN,
    "request": OWN,
    "request_identifier": OWN,
    "case_file": OWN,
    "need": OWN,
    "assistance": OWN,
    "consent": OWN,
    "consent_revision": OWN,
    "disclosure": f"{OWN} OR organization_id = {ORGANIZATION}",
    "referral_copy": f"{OWN} OR organization_id = {ORGANIZATION}",
    "follow_up": OWN,
    "person_mark": f"operator_id = {ORGANIZATION}",
    "access_log": f"operator_id = {ORGANIZATION} OR organization_id = {ORGANIZATION}",
}
SENSITIVE = [
    "person", "case_file", "need", "assistance", "consent", "consent_revision", "disclosure", "referral_copy", "follow_up",
]  # fmt: skip
# What a receiver may read besides: only while its disclosure is open.
DISCLOSED = f"SELECT FROM disclosure d WHERE d.state = 'open' AND d.organization_id = {ORGANIZATION}"
RECEIVED = {
    "need": f"EXISTS ({DISCLOSED} AND d.need_id = need.id)",
    "consent": f"EXISTS ({DISCLOSED} AND d.consent_id = consent.id)",
    "person": f"EXISTS ({DISCLOSED} AND d.person_id = person.id) OR "
    f"EXISTS ({DISCLOSED} AND d.household_id = person.household_id AND 'household' = ANY (d.categories))",
}
ONLY_ADDED_TO = ["access_log", "consent_revision", "reference", "overtaken"]
CHAINED = ["access_log", "consent_revision"]


def upgrade() -> None:
    schema.create_v1(op, app_role())
    for statement in TABLES:
        op.execute(statement)
    _guard_rows()
    _guard_chains()
    every = [statement.split()[2] for statement in TABLES if statement.startswith("CREATE TABLE")]
    grant(op, [table for table in every if table not in ONLY_ADDED_TO], "SELECT, INSERT, UPDATE")
    grant(op, ONLY_ADDED_TO, "SELECT, INSERT")


def _guard_rows() -> None:
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
    for table in SENSITIVE:  # not for INSERT: whoever hears of a restricted need may write it down, and then sees it no more
        for command in ("SELECT", "UPDATE"):
            name = f"restricted_{command.lower()}"
            op.execute(f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {command} USING ({SYSTEM} OR {RESTRICTED})")
    for table, received in RECEIVED.items():
        op.execute(f"CREATE POLICY received ON {table} FOR SELECT USING ({received})")
    op.execute("CREATE POLICY added ON person_mark FOR INSERT WITH CHECK (true)")


def _guard_chains() -> None:
    """Rows of the two chains cannot be changed or taken out, not even by the owner, without first taking the guard away."""
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$""")
    for table in CHAINED:
        op.execute(f"CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
        op.execute(f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
