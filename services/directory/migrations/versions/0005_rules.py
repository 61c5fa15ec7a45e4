"""Matching's rules become data; places carry the record of their answers and the length of their waiting list."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, SYSTEM, app_role, grant, row_security

revision = "0005"
down_revision = "0004"

STATEMENTS = """
ALTER TABLE service_at_location
    ADD COLUMN answers double precision NOT NULL DEFAULT 0 CHECK (answers >= 0),
    ADD COLUMN answers_in_time double precision NOT NULL DEFAULT 0 CHECK (answers_in_time >= 0),
    ADD COLUMN answers_at timestamptz,
    ADD COLUMN waiting integer NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    ADD COLUMN waited_days double precision CHECK (waited_days >= 0);
ALTER TABLE reservation
    ADD COLUMN decide_by timestamptz,
    ADD COLUMN asked_at timestamptz,
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN waiting_since timestamptz;
ALTER TABLE placement_answer
    ADD COLUMN urgency text,
    ADD COLUMN ruleset integer;
CREATE INDEX placement_answer_of_operator ON placement_answer (operator_id, answered_at DESC) WHERE NOT restricted;
CREATE TABLE ruleset (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'published')),
    number integer,
    body jsonb NOT NULL,
    valid_from timestamptz,
    drafted_by text NOT NULL,
    published_by text,
    tried jsonb,
    changed_at timestamptz NOT NULL,
    version integer NOT NULL,
    CHECK ((state = 'published') = (number IS NOT NULL AND valid_from IS NOT NULL AND published_by IS NOT NULL))
);
CREATE UNIQUE INDEX ruleset_number ON ruleset (number) WHERE number IS NOT NULL;
CREATE INDEX ruleset_in_force ON ruleset (operator_id, valid_from DESC, number DESC) WHERE state = 'published';
CREATE INDEX ruleset_of_operator ON ruleset (operator_id, id);
CREATE SEQUENCE ruleset_numbers START 2;
ALTER TABLE service_reach
    ADD COLUMN latitude double precision,
    ADD COLUMN longitude double precision,
    ADD COLUMN hidden boolean NOT NULL DEFAULT true,
    ADD COLUMN restricted boolean NOT NULL DEFAULT true;
UPDATE service_reach r SET latitude = l.latitude, longitude = l.longitude, hidden = a.hidden, restricted = s.restricted
    FROM service_at_location a, location l, service s
    WHERE a.id = r.service_at_location_id AND l.id = a.location_id AND s.id = a.service_id;
CREATE INDEX service_reach_near ON service_reach (need_code, area_code)
    INCLUDE (service_at_location_id, latitude, longitude, hidden, restricted)
"""
# What `service_reach` copies is kept right here: whoever writes an entry (people, imports, a change of the whole organisation) cannot forget.
TRIGGERS = (
    """
    CREATE FUNCTION fill_reach() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        SELECT l.latitude, l.longitude, a.hidden, s.restricted INTO NEW.latitude, NEW.longitude, NEW.hidden, NEW.restricted
            FROM service_at_location a JOIN location l ON l.id = a.location_id JOIN service s ON s.id = a.service_id
            WHERE a.id = NEW.service_at_location_id;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER fill_reach BEFORE INSERT ON service_reach FOR EACH ROW EXECUTE FUNCTION fill_reach()",
    """
    CREATE FUNCTION move_reach() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE service_reach r SET latitude = NEW.latitude, longitude = NEW.longitude
            FROM service_at_location a WHERE a.location_id = NEW.id AND r.service_at_location_id = a.id;
        RETURN NULL;
    END $$
    """,
    """CREATE TRIGGER move_reach AFTER UPDATE OF latitude, longitude ON location
        FOR EACH ROW WHEN ((OLD.latitude, OLD.longitude) IS DISTINCT FROM (NEW.latitude, NEW.longitude)) EXECUTE FUNCTION move_reach()""",
    """
    CREATE FUNCTION hide_reach() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE service_reach SET hidden = NEW.hidden WHERE service_at_location_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """CREATE TRIGGER hide_reach AFTER UPDATE OF hidden ON service_at_location
        FOR EACH ROW WHEN (OLD.hidden IS DISTINCT FROM NEW.hidden) EXECUTE FUNCTION hide_reach()""",
)
# What Ihala ships, in full: a number says the same for ever, whatever the program's defaults become.
SHIPPED = """
INSERT INTO ruleset (id, operator_id, name, state, number, body, valid_from, drafted_by, published_by, changed_at, version)
VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000000', 'Ihala', 'published', 1, $rules${
    "figure_good_for_days": 30, "wait_days_unless_known": 14, "answer_rate_unless_known": 0.8, "answers_until_known": 3,
    "opens_within_days": {"emergency": 3, "urgent": 7, "routine": 14},
    "criteria": {"age": "demand", "sex": "demand", "status": "demand", "household": "demand", "documents": "show",
        "language": "demand", "accessibility": "show", "woman_counsellor": "show", "hours": "demand"},
    "order": [{"by": "known", "step": 1}, {"by": "woman_counsellor", "step": 1}, {"by": "language", "step": 1},
        {"by": "distance", "step": 5}, {"by": "wait", "step": 7}, {"by": "answer_rate", "step": 0.2}, {"by": "places", "step": 5},
        {"by": "figure_age", "step": 7}, {"by": "opens", "step": 24}],
    "emergency_order": [{"by": "known", "step": 1}, {"by": "opens", "step": 4}, {"by": "woman_counsellor", "step": 1},
        {"by": "language", "step": 1}, {"by": "distance", "step": 5}, {"by": "wait", "step": 7}, {"by": "answer_rate", "step": 0.2},
        {"by": "places", "step": 5}, {"by": "figure_age", "step": 7}]
}$rules$, '2026-01-01T00:00:00Z', 'ihala', 'ihala', '2026-01-01T00:00:00Z', 1)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for statement in TRIGGERS:
        op.execute(statement.replace(":", "\\:"))
    op.execute(SHIPPED.replace(":", "\\:"))
    grant(op, ["ruleset"], "SELECT, INSERT, UPDATE")
    grant(op, ["service_reach"], "UPDATE")
    op.execute(f'GRANT USAGE ON SEQUENCE ruleset_numbers TO "{app_role()}"')
    row_security(op, "ruleset", f"state = 'published' OR operator_id = {ORGANIZATION}")
    # What was published is never changed, not even by the system; the check of the new row is only whose it is.
    op.execute(f"""
        CREATE POLICY drafts_alone ON ruleset AS RESTRICTIVE FOR UPDATE
        USING (state = 'draft') WITH CHECK ({SYSTEM} OR operator_id = {ORGANIZATION})
    """)
