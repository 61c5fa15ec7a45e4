"""The audit of moves says to which version each led, and who may read of it: receivers and origins may read their referrals' history."""

from alembic import op
from ihala_kit.migrations import SYSTEM

revision = "0009"
down_revision = "0008"

# Asked for each row by its key: EXISTS would have PostgreSQL hash all placements and referrals for a long walk.
OF_PLACEMENT = "(SELECT true FROM placement WHERE placement.id = movement.placement_id)"
OF_REFERRAL = "(SELECT true FROM referral WHERE referral.id = movement.referral_id)"


def upgrade() -> None:
    op.execute("ALTER TABLE movement ADD version integer, ADD receiver_id uuid, ADD origin_id uuid")
    op.execute("CREATE INDEX movement_received ON movement (receiver_id, at, id) WHERE receiver_id IS NOT NULL")
    op.execute("CREATE INDEX movement_asked ON movement (origin_id, at, id) WHERE origin_id IS NOT NULL")
    op.execute("CREATE INDEX movement_owned ON movement (operator_id, at, id)")
    # As before the owning office sees everything of a placement; now each party also what happened to its own referral.
    op.execute(f"ALTER POLICY visible ON movement USING ({SYSTEM} OR {OF_PLACEMENT} OR {OF_REFERRAL})")
