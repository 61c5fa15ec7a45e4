"""Whether the person was told before what an event takes back, or has heard it already."""

from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.telling import ONLY_ONCE, given_by, only_after

# What was dropped was not told, unless another message spoke for it or it had been handed over. Older rows do not say which appointment.
_LAST_TOLD = """
    SELECT template FROM message
    WHERE need_id = $1 AND template = ANY($2) AND ($3::uuid IS NULL OR referral_id = $3)
      AND ($4::text IS NULL OR coalesce(given ->> 'appointment', $4) = $4)
      AND (state <> 'dropped' OR reason = 'joined' OR handed_at IS NOT NULL)
    ORDER BY id DESC LIMIT 1
"""


async def is_needless(tx: AsyncSession, template: str, event: Event) -> bool:
    """Tell whether the person has heard this already, or nothing that it takes back."""
    after = only_after(event, template)
    if not after and template not in ONLY_ONCE:
        return False
    last = await _last_told(tx, event, after | {template}, of_referral=bool(after))
    return last not in after if after else last is not None


async def _last_told(tx: AsyncSession, event: Event, among: frozenset[str], *, of_referral: bool) -> str | None:
    """Return which of these templates was told last: of the need, or of the event's referral, and where it is about one its appointment."""
    appointment = (given_by(event) or {}).get("appointment")
    referral_id: UUID | None = vars(event)["referral_id"] if of_referral else None
    rows = await fetch(tx, _LAST_TOLD, event.key, sorted(among), referral_id, appointment)
    return str(rows[0]["template"]) if rows else None
