"""Which clients may read their organisation's feed on Kafka, and how far each topic is written."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, grant, row_security

revision = "0006"
down_revision = "0005"

STATEMENTS = """
CREATE TABLE kafka_client (
    client_id text PRIMARY KEY,
    organization_id uuid NOT NULL,
    allowed boolean NOT NULL,
    listed boolean,
    changed_at timestamptz NOT NULL
);
CREATE INDEX kafka_client_due ON kafka_client (allowed, client_id) WHERE listed IS DISTINCT FROM allowed;
CREATE INDEX kafka_client_allowed ON kafka_client (organization_id) WHERE allowed;
CREATE TABLE kafka_topic (
    organization_id uuid PRIMARY KEY,
    open boolean NOT NULL,
    made_at timestamptz,
    position bigint NOT NULL,
    written_at timestamptz NOT NULL
);
CREATE INDEX kafka_topic_missing ON kafka_topic (organization_id) WHERE open AND made_at IS NULL
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    grant(op, ["kafka_client", "kafka_topic"])
    for table in ("kafka_client", "kafka_topic"):
        row_security(op, table, f"organization_id = {ORGANIZATION}")
