"""Queries about what waits for a desk: the operator's alone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import delete, text, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.store import OPERATOR
from ihala_intake.tables import AskingRate, Organization, Waiting
from ihala_intake.ways_in.kinds import Kind

_COUNT = text("""
    INSERT INTO asking_rate (governorate, minute, n) VALUES (:governorate, :minute, 1)
    ON CONFLICT (governorate, minute) DO UPDATE SET n = asking_rate.n + 1 RETURNING n
""")


async def announced(tx: AsyncSession, announced_by: UUID, mark: bytes) -> Waiting | None:
    """Return the arrival that an organisation announced under this number, locked; for the system."""
    query = select(Waiting).where(Waiting.kind == "arrival", Waiting.announced_by == announced_by, Waiting.mark == mark)
    return (await tx.exec(query.with_for_update(key_share=True), execution_options={"populate_existing": True})).one_or_none()


async def waiting_of(tx: AsyncSession, caller: Caller, kind: Kind, waiting_id: UUID, *, lock: bool = False) -> Waiting | None:
    """Return one that waits, or did, for the caller's desks."""
    query = select(Waiting).where(Waiting.id == waiting_id, Waiting.kind == kind.value, Waiting.operator_id == caller.organization_id)
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def locked_waiting(tx: AsyncSession, waiting_id: UUID) -> Waiting | None:
    """Return one, locked; for the system."""
    return (await tx.exec(select(Waiting).where(Waiting.id == waiting_id).with_for_update(key_share=True))).one_or_none()


async def waiting(
    tx: AsyncSession, caller: Caller, kind: Kind, state: str, governorate: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Waiting]:
    """Return what waits, or did, for the caller's desks: the longest first."""
    query = select(Waiting).where(Waiting.operator_id == caller.organization_id, Waiting.kind == kind.value, Waiting.state == state)
    query = query if governorate is None else query.where(Waiting.governorate == governorate)
    if after is not None:
        query = query.where(tuple_(col(Waiting.received_at), col(Waiting.id)) > after)
    return (await tx.exec(query.order_by(col(Waiting.received_at), col(Waiting.id)).limit(limit))).all()


async def times_asked(tx: AsyncSession, mark: bytes, since: datetime) -> tuple[int, bool]:
    """Return how often a phone was written down since then, and whether it still waits; for the system."""
    query = select(Waiting.state, Waiting.received_at).where(Waiting.kind == "call_back", Waiting.mark == mark)
    rows = (await tx.exec(query.order_by(col(Waiting.received_at).desc()).limit(20))).all()
    return sum(received_at > since for _, received_at in rows), any(state == "waiting" for state, _ in rows)


async def count_asking(tx: AsyncSession, governorate: str, minute: datetime) -> int:
    """Return how many asked in this minute, with the one who asks now; for the system."""
    return int((await tx.execute(_COUNT, {"governorate": governorate, "minute": minute})).scalar_one())


async def forget_asking(tx: AsyncSession, before: datetime) -> None:
    """Forget the counts of older minutes."""
    await tx.execute(delete(AskingRate).where(col(AskingRate.minute) < before))


async def active_operators(tx: AsyncSession) -> Sequence[UUID]:
    """Return the operators that the directory told of: two at most."""
    query = select(Organization.id).where(Organization.kind == OPERATOR, Organization.status == "active")
    return (await tx.exec(query.limit(2))).all()
