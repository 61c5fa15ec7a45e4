"""What an offer says of a need that was corrected since. Empty for all that is there: those say what they said when offered."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("ALTER TABLE referral ADD need_urgency text, ADD need_governorate text")
