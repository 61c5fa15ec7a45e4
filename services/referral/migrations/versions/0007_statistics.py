"""What is counted, by month and governorate, and what of it is published."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    """
    CREATE TABLE statistic_event (
        id uuid PRIMARY KEY,
        operator_id uuid NOT NULL,
        placement_id uuid NOT NULL,
        referral_id uuid,
        measure text NOT NULL,
        result text,
        at timestamptz NOT NULL,
        governorate text NOT NULL,
        need_code text NOT NULL,
        restricted boolean NOT NULL,
        urgency text NOT NULL,
        provider_kind text,
        step_seconds integer,
        request_seconds integer
    )
    """,
    """
    CREATE TABLE statistic_count (
        operator_id uuid NOT NULL,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        governorate text NOT NULL,
        measure text NOT NULL,
        breakdown text NOT NULL CHECK (breakdown IN ('total','need','provider_kind','sex','age_band','disability','result')),
        category text NOT NULL,
        n bigint NOT NULL CHECK (n > 0),
        PRIMARY KEY (operator_id, month, governorate, measure, breakdown, category)
    )
    """,
    """
    CREATE TABLE statistic_time (
        operator_id uuid NOT NULL,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        governorate text NOT NULL,
        clock text NOT NULL,
        breakdown text NOT NULL CHECK (breakdown IN ('total','provider_kind','urgency')),
        category text NOT NULL,
        bucket smallint NOT NULL,
        n bigint NOT NULL CHECK (n > 0),
        PRIMARY KEY (operator_id, month, governorate, clock, breakdown, category, bucket)
    )
    """,
    """
    CREATE TABLE statistic_restricted (
        operator_id uuid NOT NULL,
        quarter date NOT NULL CHECK (extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)),
        governorate text NOT NULL,
        measure text NOT NULL,
        n bigint NOT NULL CHECK (n > 0),
        PRIMARY KEY (operator_id, quarter, governorate, measure)
    )
    """,
    """
    CREATE TABLE statistic_sheet (
        viewer_id uuid NOT NULL,
        quarter date NOT NULL CHECK (extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)),
        governorate text NOT NULL,
        changed_at timestamptz NOT NULL,
        published_at timestamptz,
        final boolean NOT NULL,
        version integer NOT NULL,
        PRIMARY KEY (viewer_id, quarter, governorate)
    )
    """,
    """
    CREATE TABLE statistic_figure (
        viewer_id uuid NOT NULL,
        quarter date NOT NULL,
        governorate text NOT NULL,
        period text NOT NULL,
        measure text NOT NULL,
        breakdown text NOT NULL,
        category text NOT NULL,
        n bigint CHECK (n >= 5),
        median_hours integer,
        p90_hours integer,
        PRIMARY KEY (viewer_id, quarter, governorate, period, measure, breakdown, category),
        CONSTRAINT restricted_counts_are_large CHECK (breakdown <> 'restricted' OR (n >= 10 AND category = '' AND period LIKE '%-Q_'))
    )
    """,
    "CREATE INDEX statistic_event_by_time ON statistic_event (at)",
    "CREATE INDEX statistic_count_of_month ON statistic_count (month, governorate)",
    "CREATE INDEX statistic_time_of_month ON statistic_time (month, governorate)",
    "CREATE INDEX statistic_restricted_of_quarter ON statistic_restricted (quarter, governorate)",
    "CREATE INDEX statistic_sheet_open ON statistic_sheet (quarter, governorate) WHERE NOT final",
    "CREATE INDEX statistic_figure_read ON statistic_figure (viewer_id, breakdown, quarter, governorate)",
)
COUNTED = ("statistic_event", "statistic_count", "statistic_time", "statistic_restricted")
PUBLISHED = ("statistic_sheet", "statistic_figure")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    grant(op, COUNTED + PUBLISHED)
    # Sums are nobody's to read, small as they may be: only what is published is, each operator's own, or that of everybody.
    for table in COUNTED:
        row_security(op, table, "false")
    for table in PUBLISHED:
        row_security(op, table, f"viewer_id IN ({ORGANIZATION}, '00000000-0000-0000-0000-000000000000')")
