"""Queries about consents that wait for somebody, and decisions about them; for the operator's own staff."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import Consent, ConsentDecision, DataKey, Need


async def awaited(tx: AsyncSession, caller: Caller, after: UUID | None, limit: int) -> Sequence[Consent]:
    """Return the operator's consents that wait for a decision, the oldest first. Nobody decides for who was erased, which earlier
    releases left waiting."""
    query = select(Consent).join(DataKey, col(DataKey.id) == Consent.key_id).where(col(DataKey.wrapped).is_not(None))
    query = query.where(Consent.operator_id == caller.organization_id, Consent.state == "awaited")
    query = query if after is None else query.where(Consent.id > after)
    return (await tx.exec(query.order_by(col(Consent.id)).limit(limit))).all()


async def on_other_basis(tx: AsyncSession, caller: Caller, after: UUID | None, limit: int) -> Sequence[Consent]:
    """Return the operator's consents that are in force on another basis than the person's word, the oldest first."""
    query = select(Consent).where(Consent.operator_id == caller.organization_id, Consent.basis != "consent")
    query = query if after is None else query.where(Consent.id > after)
    return (await tx.exec(query.order_by(col(Consent.id)).limit(limit))).all()


async def owned_consent(tx: AsyncSession, caller: Caller, consent_id: UUID) -> Consent | None:
    """Return a consent of the caller's as the operator."""
    query = select(Consent).where(Consent.id == consent_id, Consent.operator_id == caller.organization_id)
    return (await tx.exec(query)).one_or_none()


async def need_ids(tx: AsyncSession, consent_ids: Sequence[UUID]) -> Mapping[UUID, list[UUID]]:
    """Return which needs each of these consents is for."""
    found: dict[UUID, list[UUID]] = {consent_id: [] for consent_id in consent_ids}
    query = select(Need.consent_id, Need.id).where(col(Need.consent_id).in_(consent_ids)).order_by(col(Need.id))
    for consent_id, need_id in await tx.exec(query):
        found[consent_id].append(need_id)
    return found


async def of_consent(tx: AsyncSession, caller: Caller, consent_id: UUID) -> Sequence[ConsentDecision]:
    """Return all decisions about a consent of the operator's, the oldest first."""
    query = select(ConsentDecision).where(
        ConsentDecision.consent_id == consent_id, ConsentDecision.operator_id == caller.organization_id
    )  # fmt: skip
    return (await tx.exec(query.order_by(col(ConsentDecision.id)))).all()


async def proposed(tx: AsyncSession, consent_id: UUID) -> ConsentDecision | None:
    """Return the decision about a consent that waits for its second person; the consent is locked."""
    query = select(ConsentDecision).where(ConsentDecision.consent_id == consent_id, ConsentDecision.state == "proposed")
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def decision_of(tx: AsyncSession, caller: Caller, consent_id: UUID, decision_id: UUID) -> ConsentDecision | None:
    """Return one decision about a consent of the operator's; the consent is locked."""
    query = select(ConsentDecision).where(ConsentDecision.id == decision_id, ConsentDecision.consent_id == consent_id)
    query = query.where(ConsentDecision.operator_id == caller.organization_id)
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()
