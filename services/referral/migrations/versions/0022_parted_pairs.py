"""Pairs of a case and a receiver that were parted before this get the day on which a coordinator looks at them."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("SELECT set_config('app.system', 'migration', true)")
    op.execute("""
        INSERT INTO due_work (kind, key, payload, due_at)
        SELECT DISTINCT ON (b.case_id, b.organization_id) 'review-parted-pair', r.id, '{}', b.review_at
        FROM barred_pair b JOIN placement p ON p.case_id = b.case_id
        JOIN referral r ON r.placement_id = p.id AND r.organization_id = b.organization_id AND r.ended_at IS NOT NULL
        ORDER BY b.case_id, b.organization_id, r.ended_at DESC
        ON CONFLICT DO NOTHING
    """)
    op.execute("SELECT set_config('app.system', '', true)")
