"""Files that a receiver may read while its disclosure is open; plans that return programmes send."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, SYSTEM, grant, row_security

revision = "0010"
down_revision = "0009"

# A file goes with the need it was brought for, else with every need of its case; a medical one never without being brought for one.
_GOES = """FROM disclosure d JOIN need n ON n.id = d.need_id JOIN {a} ON a.case_id = n.case_id
    WHERE d.state = 'open' AND d.organization_id = {organization} AND 'files' = ANY (d.categories) AND a.state = 'clean'
    AND (a.need_id = n.id OR (a.need_id IS NULL AND a.purpose <> 'medical_document'))"""
RECEIVED = {
    "attachment": "EXISTS (SELECT " + _GOES.format(a="(SELECT attachment.*) a", organization=ORGANIZATION) + ")",
    "attachment_part": "kind = 'clean' AND EXISTS (SELECT "
    + _GOES.format(a="attachment a", organization=ORGANIZATION)
    + " AND a.id = attachment_part.attachment_id)",
}
PROGRAMME_PLANS = [
    """CREATE TABLE programme_plan (
        id uuid NOT NULL, operator_id uuid NOT NULL, sent_by uuid NOT NULL,
        person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        arrival_id uuid REFERENCES waiting DEFERRABLE INITIALLY DEFERRED,
        request_id uuid REFERENCES request DEFERRABLE INITIALLY DEFERRED, plan_id uuid REFERENCES plan DEFERRABLE INITIALLY DEFERRED,
        key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED, sensitivity text NOT NULL, mark bytea NOT NULL,
        said bytea NOT NULL, details bytea, state text NOT NULL, reason text, received_at timestamptz NOT NULL, next_at timestamptz,
        changed_at timestamptz NOT NULL, version integer NOT NULL, PRIMARY KEY (id),
        CHECK (sensitivity IN ('standard', 'restricted')), CHECK (state IN ('waiting', 'adopted', 'refused', 'lapsed')),
        CHECK ((state = 'waiting') = (next_at IS NOT NULL)), CHECK ((state = 'waiting') = (details IS NOT NULL)),
        CHECK (state <> 'adopted' OR plan_id IS NOT NULL), CHECK (arrival_id IS NOT NULL OR request_id IS NOT NULL)
    )""",
    "CREATE INDEX programme_plan_arrival ON programme_plan (arrival_id) WHERE arrival_id IS NOT NULL",
    "CREATE INDEX programme_plan_list ON programme_plan (operator_id, state, received_at, id)",
    "CREATE INDEX programme_plan_person ON programme_plan (person_id)",
    "CREATE UNIQUE INDEX programme_plan_sent ON programme_plan (sent_by, mark)",
]


def upgrade() -> None:
    op.execute("ALTER TABLE attachment ADD need_id uuid REFERENCES need DEFERRABLE INITIALLY DEFERRED")
    for table, received in RECEIVED.items():
        op.execute(f"CREATE POLICY received ON {table} FOR SELECT USING ({received})")
    for statement in PROGRAMME_PLANS:
        op.execute(statement)
    row_security(op, "programme_plan", f"operator_id = {ORGANIZATION}")  # who sent it sees nothing of it
    for command in ("SELECT", "UPDATE"):
        name = f"restricted_{command.lower()}"
        op.execute(
            f"CREATE POLICY {name} ON programme_plan AS RESTRICTIVE FOR {command} "
            f"USING ({SYSTEM} OR sensitivity <> 'restricted' OR {CLEARED})"
        )
    grant(op, ["programme_plan"], "SELECT, INSERT, UPDATE")
