"""Follow-ups in full; assessments, plans, assistance."""

from alembic import op
from ihala_kit.migrations import CLEARED, ORGANIZATION, SYSTEM, grant, row_security

revision = "0005"
down_revision = "0004"

KEY = "key_id uuid NOT NULL REFERENCES data_key DEFERRABLE INITIALLY DEFERRED"
ANY_SENSITIVITY = "CHECK (sensitivity IN ('standard', 'protected', 'restricted'))"

FOLLOW_UPS = [
    """ALTER TABLE follow_up ADD number integer NOT NULL DEFAULT 1, ADD policy integer NOT NULL DEFAULT 1,
        ADD served_at timestamptz, ADD tried_at timestamptz, ADD way text, ADD CHECK (number > 0),
        DROP CONSTRAINT follow_up_result_check""",
    # 14 days, 3 and 30: what the first policy said, so that the second question after 90 days is reckoned from the same day.
    """UPDATE follow_up f SET served_at = f.due_at - make_interval(days => CASE
            WHEN f.sensitivity = 'restricted' THEN 14 WHEN n.urgency = 'emergency' THEN 3 ELSE 30 END),
        result = CASE f.result WHEN 'unreachable' THEN 'unreached' ELSE f.result END
        FROM need n WHERE n.id = f.need_id""",
    """ALTER TABLE follow_up ALTER number DROP DEFAULT, ALTER policy DROP DEFAULT, ALTER served_at SET NOT NULL,
        ADD CHECK (result IN ('confirmed', 'disputed', 'unreached'))""",
    "DROP INDEX follow_up_referral",
    "CREATE UNIQUE INDEX follow_up_referral ON follow_up (referral_id, number)",
    f"""CREATE TABLE follow_up_try (
        id uuid NOT NULL, follow_up_id uuid NOT NULL REFERENCES follow_up DEFERRABLE INITIALLY DEFERRED,
        need_id uuid NOT NULL REFERENCES need DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL, origin_id uuid NOT NULL,
        {KEY}, sensitivity text NOT NULL, way text, details bytea NOT NULL, organization_id uuid NOT NULL, client_id text NOT NULL,
        acting_officer text, at timestamptz NOT NULL, PRIMARY KEY (id), {ANY_SENSITIVITY}
    )""",
    "CREATE INDEX follow_up_try_follow_up ON follow_up_try (follow_up_id, id)",
    "CREATE INDEX follow_up_try_need ON follow_up_try (need_id)",
]

CASE = "case_id uuid NOT NULL REFERENCES case_file DEFERRABLE INITIALLY DEFERRED"
ASSISTANCE = [
    """ALTER TABLE assistance ALTER request_id DROP NOT NULL, ADD need_id uuid REFERENCES need DEFERRABLE INITIALLY DEFERRED,
        ADD step_id uuid, ADD kind text NOT NULL DEFAULT 'on_the_spot', ADD state text NOT NULL DEFAULT 'given',
        ADD cancelled_reason text, ADD version integer NOT NULL DEFAULT 1,
        ADD CHECK (kind IN ('on_the_spot', 'cash', 'in_kind', 'grant')),
        ADD CHECK (state IN ('promised', 'partly_given', 'given', 'cancelled')),
        ADD CHECK ((kind = 'on_the_spot') = (request_id IS NOT NULL))""",
    "ALTER TABLE assistance ALTER kind DROP DEFAULT, ALTER state DROP DEFAULT, ALTER version DROP DEFAULT",
    "DROP INDEX assistance_case",
    "CREATE INDEX assistance_case ON assistance (case_id, id)",
    f"""CREATE TABLE instalment (
        id uuid NOT NULL, assistance_id uuid NOT NULL REFERENCES assistance DEFERRABLE INITIALLY DEFERRED, {CASE},
        operator_id uuid NOT NULL, origin_id uuid NOT NULL, {KEY}, sensitivity text NOT NULL, n integer NOT NULL, due_on date NOT NULL,
        state text NOT NULL, details bytea NOT NULL, paid_at timestamptz, PRIMARY KEY (id), {ANY_SENSITIVITY}, CHECK (n > 0),
        CHECK (state IN ('planned', 'paid', 'cancelled')), CHECK ((state = 'paid') = (paid_at IS NOT NULL))
    )""",
    "CREATE INDEX instalment_case ON instalment (case_id)",
    "CREATE UNIQUE INDEX instalment_number ON instalment (assistance_id, n)",
    "CREATE INDEX instalment_operator ON instalment (operator_id, due_on, id) WHERE state = 'planned'",
    "CREATE INDEX instalment_origin ON instalment (origin_id, due_on, id) WHERE state = 'planned'",
    """CREATE TABLE assistance_double (
        id uuid NOT NULL, assistance_id uuid NOT NULL REFERENCES assistance DEFERRABLE INITIALLY DEFERRED,
        other_id uuid NOT NULL REFERENCES assistance DEFERRABLE INITIALLY DEFERRED, operator_id uuid NOT NULL, reason text NOT NULL,
        state text NOT NULL, found_at timestamptz NOT NULL, decided_at timestamptz, client_id text, acting_officer text,
        version integer NOT NULL, PRIMARY KEY (id), CHECK (state IN ('open', 'double', 'different')),
        CHECK ((state = 'open') = (decided_at IS NULL)), CHECK (assistance_id <> other_id)
    )""",
    "CREATE INDEX assistance_double_operator ON assistance_double (operator_id, state, id)",
    "CREATE INDEX assistance_double_other ON assistance_double (other_id)",
    "CREATE UNIQUE INDEX assistance_double_pair ON assistance_double (assistance_id, other_id)",
]

OWN = f"operator_id = {ORGANIZATION} OR origin_id = {ORGANIZATION}"
RESTRICTED = f"sensitivity <> 'restricted' OR {CLEARED} OR (origin_id = {ORGANIZATION} AND operator_id <> {ORGANIZATION})"

VISIBLE = {"follow_up_try": OWN, "instalment": OWN, "assistance_double": f"operator_id = {ORGANIZATION}"}
NARROWED = ["follow_up_try", "instalment"]  # never a double: of what is restricted there are none


def upgrade() -> None:
    for statement in [*FOLLOW_UPS, *ASSISTANCE]:
        op.execute(statement)
    for table, visible in VISIBLE.items():
        row_security(op, table, visible)
    for table in NARROWED:
        for command in ("SELECT", "UPDATE"):  # not for INSERT: whoever hears of it may write it down, and then sees it no more
            name = f"restricted_{command.lower()}"
            op.execute(f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {command} USING ({SYSTEM} OR {RESTRICTED})")
    grant(op, list(VISIBLE), "SELECT, INSERT, UPDATE")
