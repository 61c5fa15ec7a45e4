"""Create directory: organisations, services, places, reservations."""

from alembic import op
from ihala_kit import schema
from ihala_kit.migrations import CLEARED, ORGANIZATION, app_role, grant, row_security

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE organization (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN
        ('operator', 'rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border')),
    names jsonb NOT NULL,
    phone text,
    cleared boolean NOT NULL,
    hidden boolean NOT NULL,
    agreement_version text,
    agreement_until date,
    reporting_duty jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'suspended', 'left')),
    suspended_for text,
    suspended_at timestamptz,
    joined_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    version integer NOT NULL,
    CHECK ((status = 'suspended') = (suspended_at IS NOT NULL AND suspended_for IS NOT NULL))
);
CREATE TABLE service (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    operator_id uuid NOT NULL,
    names jsonb NOT NULL,
    need_codes text[] NOT NULL CHECK (cardinality(need_codes) > 0),
    restricted boolean NOT NULL,
    hidden boolean NOT NULL CHECK (hidden OR NOT restricted),
    entry_condition text NOT NULL CHECK (entry_condition IN ('none', 'court_order', 'police_report', 'family_consent')),
    rules jsonb NOT NULL,
    allows_waitlist boolean NOT NULL,
    languages text[] NOT NULL,
    opening_hours jsonb NOT NULL,
    documents_to_bring jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'paused', 'closed')),
    changed_at timestamptz NOT NULL,
    version integer NOT NULL
);
CREATE INDEX service_of_organization ON service (organization_id, id);
CREATE TABLE location (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    operator_id uuid NOT NULL,
    place text NOT NULL,
    latitude double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision CHECK (longitude BETWEEN -180 AND 180),
    names jsonb NOT NULL,
    address jsonb NOT NULL,
    accessibility text[] NOT NULL,
    hidden boolean NOT NULL,
    CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CHECK (NOT hidden OR latitude IS NULL)
);
CREATE INDEX location_of_organization ON location (organization_id);
CREATE TABLE service_at_location (
    id uuid PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES service,
    location_id uuid NOT NULL REFERENCES location,
    organization_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    areas text[] NOT NULL CHECK (cardinality(areas) > 0),
    hidden boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'closed')),
    capacity_kind text NOT NULL CHECK (capacity_kind IN ('stock', 'slot')),
    figure integer NOT NULL CHECK (figure >= 0),
    figure_at timestamptz NOT NULL,
    confirmed boolean NOT NULL,
    held integer NOT NULL CHECK (held >= 0),
    used integer NOT NULL,
    changed_at timestamptz NOT NULL,
    version integer NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX service_at_location_of_service ON service_at_location (service_id, id);
CREATE INDEX service_at_location_of_location ON service_at_location (location_id);
CREATE TABLE service_reach (
    need_code text NOT NULL,
    area_code text NOT NULL,
    service_at_location_id uuid NOT NULL REFERENCES service_at_location,
    PRIMARY KEY (need_code, area_code, service_at_location_id)
);
CREATE INDEX service_reach_by_area ON service_reach (area_code, service_at_location_id);
CREATE INDEX service_reach_of_place ON service_reach (service_at_location_id);
CREATE TABLE reservation (
    id uuid PRIMARY KEY,
    need_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    service_id uuid NOT NULL,
    service_at_location_id uuid NOT NULL REFERENCES service_at_location,
    restricted boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('reserved', 'claimed', 'taken', 'released', 'revoked', 'returned', 'used')),
    placement_id uuid,
    attempt integer,
    referral_id uuid,
    reserved_by uuid,
    reserved_at timestamptz NOT NULL,
    expires_at timestamptz,
    taken_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    version integer NOT NULL,
    CHECK (state <> 'reserved' OR (expires_at IS NOT NULL AND reserved_by IS NOT NULL AND placement_id IS NULL)),
    CHECK (state <> 'claimed' OR (placement_id IS NOT NULL AND attempt IS NOT NULL)),
    CHECK (state NOT IN ('taken', 'returned', 'used') OR (taken_at IS NOT NULL AND referral_id IS NOT NULL)),
    CHECK ((state IN ('released', 'revoked', 'returned', 'used')) = (ended_at IS NOT NULL AND end_reason IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX reservation_of_attempt ON reservation (placement_id, attempt) WHERE placement_id IS NOT NULL;
CREATE UNIQUE INDEX reservation_one_own_a_need ON reservation (operator_id, need_id) WHERE state = 'reserved';
CREATE INDEX reservation_of_referral ON reservation (referral_id) WHERE referral_id IS NOT NULL;
CREATE INDEX reservation_held_of_organization ON reservation (organization_id, id) WHERE state IN ('reserved', 'claimed');
CREATE INDEX reservation_held_of_service ON reservation (service_id, id) WHERE state IN ('reserved', 'claimed');
CREATE INDEX reservation_held_of_place ON reservation (service_at_location_id, id) WHERE state IN ('reserved', 'claimed');
CREATE INDEX reservation_without_referral ON reservation (operator_id, reserved_at, id) WHERE state = 'claimed' AND referral_id IS NULL;
CREATE TABLE placement_answer (
    placement_id uuid NOT NULL,
    attempt integer NOT NULL,
    need_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    restricted boolean NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('reserved', 'none', 'cancelled')),
    reservation_id uuid REFERENCES reservation,
    candidates integer NOT NULL,
    explanation jsonb NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (placement_id, attempt),
    CHECK ((outcome = 'reserved') = (reservation_id IS NOT NULL))
);
CREATE TABLE overtaken (
    event_id uuid PRIMARY KEY,
    type text NOT NULL,
    need_id uuid NOT NULL,
    at timestamptz NOT NULL
);
"""

NOT_HIDDEN = f"NOT hidden OR {CLEARED}"
OWN = f"organization_id = {ORGANIZATION}"
OF_OPERATOR = f"operator_id = {ORGANIZATION}"  # a provider's token names its operator too, so the operator is known by being the caller


def upgrade() -> None:
    schema.create_v1(op, app_role())
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    grant(op, ["organization", "service", "location", "service_at_location", "reservation", "placement_answer"], "SELECT, INSERT, UPDATE")
    grant(op, ["service_reach"], "SELECT, INSERT, DELETE")
    grant(op, ["overtaken"], "SELECT, INSERT")
    row_security(op, "organization", f"{NOT_HIDDEN} OR id = {ORGANIZATION}")
    for table in ("service", "location", "service_at_location"):
        row_security(op, table, f"{NOT_HIDDEN} OR {OWN}")
    row_security(op, "reservation", OF_OPERATOR, restricted=f"NOT restricted OR {CLEARED}")
    row_security(op, "placement_answer", OF_OPERATOR, restricted=f"NOT restricted OR {CLEARED}")
