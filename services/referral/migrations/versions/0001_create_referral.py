"""Placements, referrals, their audit and clocks, and the copies of what directory says."""

from alembic import op
from ihala_kit import schema as kit_schema
from ihala_kit.migrations import CLEARED, ORGANIZATION, app_role, grant, row_security

revision = "0001"
down_revision = None

OPEN = "('offered','acknowledged','info_requested','waitlisted','accepted','in_service','on_hold')"
TAKEN = "('accepted','in_service','on_hold')"
URGENCIES = "('emergency','urgent','routine')"

PLACEMENT = f"""
CREATE TABLE placement (
    id uuid PRIMARY KEY,
    need_id uuid NOT NULL CONSTRAINT placement_need UNIQUE,
    case_id uuid NOT NULL,
    reference text NOT NULL,
    operator_id uuid NOT NULL,
    origin_id uuid NOT NULL,
    origin_kind text NOT NULL,
    need_code text NOT NULL,
    sensitivity text NOT NULL CHECK (sensitivity IN ('standard','protected','restricted')),
    urgency text NOT NULL CHECK (urgency IN {URGENCIES}),
    rank smallint NOT NULL,
    governorate text NOT NULL,
    district text,
    match_settled boolean NOT NULL,
    consent_given boolean NOT NULL,
    consent_id uuid NOT NULL,
    consent_revision integer NOT NULL,
    consent_until timestamptz NOT NULL,
    recipients uuid[] NOT NULL,
    objections uuid[] NOT NULL,
    categories text[] NOT NULL,
    facts bytea,
    state text NOT NULL CHECK (state IN ('triage','placing','offering','placed','unserved','ended')),
    state_at timestamptz NOT NULL,
    triage_reasons text[] NOT NULL,
    policy_version integer NOT NULL,
    requested_at timestamptz NOT NULL,
    changed_at timestamptz,
    attempt integer NOT NULL,
    offers integer NOT NULL,
    preferred_reservation_id uuid,
    replaces_id uuid,
    failing text[] NOT NULL,
    owner text CHECK (owner IN ('coordinator','directory','provider','origin')),
    due_at timestamptz,
    level integer NOT NULL,
    next_at timestamptz,
    end_reason text,
    route text,
    ended_at timestamptz,
    version integer NOT NULL,
    CONSTRAINT open_placement_has_owner_and_next_instant CHECK (state = 'ended' OR (owner IS NOT NULL AND next_at IS NOT NULL)),
    CONSTRAINT ended_placement_has_an_end CHECK (state <> 'ended' OR ended_at IS NOT NULL),
    CONSTRAINT restricted_placement_has_no_facts CHECK (sensitivity <> 'restricted' OR facts IS NULL)
)
"""
ATTEMPT = """
CREATE TABLE attempt (
    placement_id uuid NOT NULL REFERENCES placement,
    attempt integer NOT NULL,
    need_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting','requested','held','reserved','none','refused','cancelled')),
    preferred_reservation_id uuid,
    requested_at timestamptz NOT NULL,
    answered_at timestamptz,
    reservation_id uuid,
    organization_id uuid,
    explanation jsonb NOT NULL,
    held jsonb,
    PRIMARY KEY (placement_id, attempt)
)
"""
REFERRAL = f"""
CREATE TABLE referral (
    id uuid PRIMARY KEY,
    reference text NOT NULL CONSTRAINT referral_reference UNIQUE,
    placement_id uuid NOT NULL REFERENCES placement,
    need_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    origin_id uuid NOT NULL,
    origin_kind text NOT NULL,
    organization_id uuid NOT NULL,
    organization_kind text NOT NULL,
    service_id uuid NOT NULL,
    service_at_location_id uuid NOT NULL,
    service_name jsonb NOT NULL,
    reservation_id uuid,
    attempt integer NOT NULL,
    lane smallint NOT NULL CHECK (lane = 1 OR (lane = 2 AND urgency = 'emergency')),
    replaces uuid,
    restricted boolean NOT NULL,
    need_code text NOT NULL,
    urgency text NOT NULL CHECK (urgency IN {URGENCIES}),
    governorate text NOT NULL,
    district text,
    attributes text[] NOT NULL,
    shown bytea,
    allows_waitlist boolean NOT NULL,
    need_changed boolean NOT NULL,
    state text NOT NULL CHECK (
        state IN {OPEN} OR state IN ('completed','declined','expired','withdrawn','cancelled','failed','entered_in_error')
    ),
    owner text CHECK (owner IN ('coordinator','directory','provider','origin')),
    next_at timestamptz,
    fired text[] NOT NULL,
    offered_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    acknowledge_by timestamptz,
    decide_by timestamptz,
    first_contact_by timestamptz,
    level_1_at timestamptz,
    level_2_at timestamptz,
    level_3_at timestamptz,
    expires_at timestamptz,
    rested_at timestamptz,
    answer_by timestamptz,
    review_at timestamptz,
    resume_by timestamptz,
    rounds integer NOT NULL,
    reviews_missed integer NOT NULL,
    accepted_at timestamptz,
    disclosed_at timestamptz,
    place_taken_at timestamptz,
    first_contact_at timestamptz,
    ended_at timestamptz,
    reason text,
    criterion text,
    comment bytea,
    tries jsonb,
    outcomes jsonb,
    version integer NOT NULL,
    CONSTRAINT open_referral_has_owner_and_next_instant
        CHECK (state NOT IN {OPEN} OR (owner IS NOT NULL AND next_at IS NOT NULL)),
    CONSTRAINT ended_referral_has_an_end CHECK ((state IN {OPEN}) = (ended_at IS NULL))
)
"""
OTHERS = (
    """
    CREATE TABLE movement (
        id uuid PRIMARY KEY,
        operator_id uuid NOT NULL,
        placement_id uuid NOT NULL REFERENCES placement,
        referral_id uuid,
        at timestamptz NOT NULL,
        act text NOT NULL,
        party text NOT NULL CHECK (party IN ('origin','coordinator','provider','person','dpo','system')),
        before text NOT NULL,
        after text NOT NULL,
        reason text,
        organization_id uuid,
        client_id text NOT NULL,
        acting_officer text
    )
    """,
    """
    CREATE TABLE exchange (
        referral_id uuid NOT NULL REFERENCES referral,
        round integer NOT NULL CHECK (round IN (1, 2)),
        operator_id uuid NOT NULL,
        need_id uuid NOT NULL,
        question bytea NOT NULL,
        asked_at timestamptz NOT NULL,
        answer bytea,
        answered_at timestamptz,
        PRIMARY KEY (referral_id, round)
    )
    """,
    """
    CREATE TABLE exclusion (
        placement_id uuid NOT NULL REFERENCES placement,
        service_at_location_id uuid NOT NULL,
        operator_id uuid NOT NULL,
        active boolean NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (placement_id, service_at_location_id)
    )
    """,
    """
    CREATE TABLE barred_pair (
        case_id uuid NOT NULL,
        organization_id uuid NOT NULL,
        operator_id uuid NOT NULL,
        reason text NOT NULL,
        review_at timestamptz NOT NULL,
        PRIMARY KEY (case_id, organization_id)
    )
    """,
    "CREATE TABLE need_key (need_id uuid PRIMARY KEY, key bytea NOT NULL)",
    """
    CREATE TABLE work_item (
        id uuid PRIMARY KEY,
        operator_id uuid,
        kind text NOT NULL,
        about_id uuid NOT NULL,
        placement_id uuid,
        referral_id uuid,
        restricted boolean NOT NULL,
        urgency text,
        detail text,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz
    )
    """,
    """
    CREATE TABLE organization (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        names jsonb NOT NULL,
        operator_id uuid,
        cleared boolean NOT NULL,
        agreement_until date,
        suspended boolean NOT NULL
    )
    """,
    """
    CREATE TABLE service (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('active','paused','closed')),
        restricted boolean NOT NULL,
        need_codes text[] NOT NULL,
        governorates text[] NOT NULL
    )
    """,
    """
    CREATE TABLE overtaken (
        event_id uuid PRIMARY KEY,
        type text NOT NULL,
        need_id uuid NOT NULL,
        why text NOT NULL,
        at timestamptz NOT NULL
    )
    """,
)
TABLES = (
    "placement", "attempt", "referral", "movement", "exchange", "exclusion", "barred_pair", "need_key", "work_item",
    "organization", "service", "overtaken",
)  # fmt: skip

INDEXES = (
    # What holds, whatever the code does: one open referral a need (two of an emergency), one accepted, one open work item of a kind.
    f"CREATE UNIQUE INDEX one_open_referral ON referral (placement_id, lane) WHERE state IN {OPEN}",
    f"CREATE UNIQUE INDEX one_accepted_referral ON referral (placement_id) WHERE state IN {TAKEN}",
    "CREATE UNIQUE INDEX work_item_once ON work_item (kind, about_id) WHERE closed_at IS NULL",
    # The clock, the retries, the lists.
    "CREATE INDEX placement_due ON placement (next_at) WHERE next_at IS NOT NULL",
    "CREATE INDEX placement_unserved ON placement (need_code, governorate, rank, requested_at) WHERE state = 'unserved'",
    "CREATE INDEX placement_of_operator ON placement (operator_id, state, id)",
    "CREATE INDEX placement_of_operator_any ON placement (operator_id, id)",
    "CREATE INDEX placement_of_operator_open ON placement (operator_id, id) WHERE ended_at IS NULL",
    "CREATE INDEX referral_of_placement ON referral (placement_id, id)",
    "CREATE INDEX referral_received ON referral (organization_id, state, id)",
    "CREATE INDEX referral_received_any ON referral (organization_id, id)",
    "CREATE INDEX referral_received_open ON referral (organization_id, id) WHERE ended_at IS NULL",
    "CREATE INDEX referral_asked ON referral (origin_id, id)",
    "CREATE INDEX referral_asked_open ON referral (origin_id, id) WHERE ended_at IS NULL",
    "CREATE INDEX referral_owned ON referral (operator_id, state, id)",
    "CREATE INDEX referral_owned_any ON referral (operator_id, id)",
    "CREATE INDEX referral_owned_open ON referral (operator_id, id) WHERE ended_at IS NULL",
    "CREATE INDEX referral_of_service ON referral (service_id, id) WHERE ended_at IS NULL",
    "CREATE INDEX attempt_held ON attempt (organization_id) WHERE state = 'held'",
    "CREATE INDEX movement_of_placement ON movement (placement_id, id)",
    "CREATE INDEX work_item_of_operator ON work_item (operator_id, id) WHERE closed_at IS NULL",
    "CREATE INDEX work_item_about ON work_item (about_id) WHERE closed_at IS NULL",
    "CREATE INDEX overtaken_of_need ON overtaken (need_id)",
)

OURS = f"operator_id = {ORGANIZATION}"
NOT_MOI = "origin_kind NOT IN ('rgc','wlco','hlp','cpf')"
PARTIES = f"organization_id = {ORGANIZATION} OR {OURS} OR (origin_id = {ORGANIZATION} AND {NOT_MOI})"
OF_PLACEMENT = "EXISTS (SELECT FROM placement WHERE placement.id = {table}.placement_id)"
OF_REFERRAL = "EXISTS (SELECT FROM referral WHERE referral.id = exchange.referral_id)"


def upgrade() -> None:
    kit_schema.create_v1(op, app_role())
    for statement in (PLACEMENT, ATTEMPT, REFERRAL, *OTHERS, *INDEXES):
        op.execute(statement)
    grant(op, TABLES)
    op.execute(f'REVOKE UPDATE, DELETE ON movement FROM "{app_role()}"')
    # The owning office sees its placements; receiver, office and (not a centre of the Ministry of Interior) origin their referrals;
    # what is restricted only cleared eyes. What hangs on a placement or a referral follows it.
    row_security(op, "placement", OURS, restricted=f"sensitivity <> 'restricted' OR {CLEARED}")
    row_security(op, "referral", PARTIES, restricted=f"NOT restricted OR {CLEARED}")
    for table in ("attempt", "movement", "exclusion"):
        row_security(op, table, OF_PLACEMENT.format(table=table))
    row_security(op, "exchange", OF_REFERRAL)
    row_security(op, "barred_pair", "false")
    row_security(op, "work_item", f"{OURS} OR operator_id IS NULL", restricted=f"NOT restricted OR {CLEARED}")
