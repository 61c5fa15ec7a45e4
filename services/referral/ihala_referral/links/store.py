"""Every query about one-time links. Commands hold a link's row before its placement's; nobody who holds a placement takes a link's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ihala_kit.db import now
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.links.errors import LinkNotFound
from ihala_referral.tables import OneTimeLink, Referral

SHOWN = 50
_FRESH = {"populate_existing": True}

# Holds the row, and counts the forms of the running minute whatever they hold.
_ASKED = text("""
    UPDATE one_time_link
    SET asked = CASE WHEN minute_at > :minute_ago THEN asked + 1 ELSE 1 END,
        minute_at = CASE WHEN minute_at > :minute_ago THEN minute_at ELSE :at END
    WHERE token_hash = :token_hash RETURNING id
""")


async def asked(tx: AsyncSession, token_hash: bytes, at: datetime, minute_ago: datetime) -> OneTimeLink | None:
    """Return the link, locked, with this form counted; None when there is none. `at` and `minute_ago` are real time."""
    found = (await tx.execute(_ASKED, {"token_hash": token_hash, "at": at, "minute_ago": minute_ago})).scalar_one_or_none()
    return None if found is None else await tx.get(OneTimeLink, found, populate_existing=True)


async def live(tx: AsyncSession, referral_id: UUID) -> OneTimeLink | None:
    """Return a referral's link that was not ended, locked."""
    query = select(OneTimeLink).where(col(OneTimeLink.referral_id) == referral_id, col(OneTimeLink.ended_at).is_(None))
    return (await tx.exec(query.with_for_update().execution_options(**_FRESH))).one_or_none()


async def one(tx: AsyncSession, referral: Referral, link_id: UUID) -> OneTimeLink:
    """Return one link of a referral that the caller's office owns, locked. Raises LinkNotFound (404)."""
    query = select(OneTimeLink).where(col(OneTimeLink.id) == link_id, col(OneTimeLink.referral_id) == referral.id)
    found = (await tx.exec(query.with_for_update().execution_options(**_FRESH))).one_or_none()
    if found is None:
        raise LinkNotFound()
    return found


async def of_referral(tx: AsyncSession, referral: Referral) -> Sequence[OneTimeLink]:
    """Return the newest links of a referral that the caller's office owns."""
    query = select(OneTimeLink).where(col(OneTimeLink.referral_id) == referral.id)
    return (await tx.exec(query.order_by(col(OneTimeLink.id).desc()).limit(SHOWN))).all()


async def begin(tx: AsyncSession, link: OneTimeLink) -> OneTimeLink | None:
    """Keep a new link and return it; None when the referral has a live one by now."""
    insert = postgresql.insert(OneTimeLink).values(link.model_dump())
    kept = insert.on_conflict_do_nothing(index_elements=["referral_id"], index_where=col(OneTimeLink.ended_at).is_(None))
    return (await tx.execute(kept.returning(OneTimeLink))).scalar_one_or_none()


def end(tx: AsyncSession, link: OneTimeLink, reason: str) -> None:
    """Let a link answer nobody any more."""
    link.end_reason, link.ended_at = reason, now(tx)
