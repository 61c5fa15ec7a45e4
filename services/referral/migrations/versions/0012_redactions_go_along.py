"""What is asked to be emptied is shown to the office that owns the case now, also after it went to another operator."""

from alembic import op
from ihala_kit.migrations import ORGANIZATION, row_security

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("DROP POLICY visible ON redaction")
    owned = f"SELECT FROM referral WHERE referral.id = redaction.referral_id AND referral.operator_id = {ORGANIZATION}"
    row_security(op, "redaction", f"EXISTS ({owned})")
    op.execute("DROP INDEX redaction_to_decide")  # few wait at any time, of all operators together
    op.execute("CREATE INDEX redaction_to_decide ON redaction (id) WHERE state = 'asked'")
