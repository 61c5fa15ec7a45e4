"""What intake repeats for readers that begin late or missed something: needs that can be placed, and what is open to receivers."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedClosed, NeedState, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.republish import Repeated
from sqlalchemy.exc import NoResultFound
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import store
from ihala_intake.commands.announce import identified, sealed_facts
from ihala_intake.commands.disclose import opened
from ihala_intake.commands.people import open_person
from ihala_intake.errors import PersonErased
from ihala_intake.needs import CAN_BE_PLACED
from ihala_intake.tables import Consent, Disclosure, Need, ReferralCopy

REPEATS = Caller.system("republish")


async def needs_to_place(tx: AsyncSession, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return needs that referral was told of and that can still be placed, in order, after one of them."""
    query = select(Need.id).where(col(Need.state).in_(sorted(CAN_BE_PLACED)), col(Need.announced_at).is_not(None))
    query = query if after is None else query.where(col(Need.id) > after)
    return (await tx.exec(query.order_by(col(Need.id)).limit(most))).all()


async def events_of_need(tx: AsyncSession, need_id: UUID, whole: bool) -> list[Event]:
    """Return the need as it is now; with `whole` also that it was closed. Locks it; nothing of what referral never heard of."""
    need = await store.locked_need(tx, REPEATS, need_id)
    if need is None or need.announced_at is None:
        return []
    if need.state in CAN_BE_PLACED:
        consent = await store.locked_consent(tx, need.consent_id)
        try:
            facts = await sealed_facts(tx, need, await open_person(tx, await store.person(tx, need.person_id)))
        except (PersonErased, NoResultFound):
            return []
        if facts is None and need.sensitivity != Sensitivity.RESTRICTED:
            return []
        return [await identified(tx, need, consent, facts), *(await _taken_back(tx, need, consent) if whole else ())]
    if whole and need.state == NeedState.CLOSED:
        return [NeedClosed(need_id=need.id, operator_id=need.operator_id, reason=need.closed_reason or "", closed_at=need.changed_at)]
    return []


async def _taken_back(tx: AsyncSession, need: Need, consent: Consent) -> list[ConsentWithdrawn]:
    """Return the withdrawals of single referrals of a need: what it may be placed for does not say them."""
    _, referrals = await store.withdrawn_parts(tx, consent.id)
    copies = [await tx.get(ReferralCopy, referral_id) for referral_id in sorted(referrals)]
    return [
        ConsentWithdrawn(
            need_id=need.id, operator_id=need.operator_id, referral_id=copy.referral_id, consent_id=consent.id,
            revision=consent.revision, withdrawn_at=now(tx),
        )
        for copy in copies
        if copy is not None and copy.need_id == need.id
    ]  # fmt: skip


async def needs_with_disclosures(tx: AsyncSession, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return needs of which something is open to a receiver, in order, after one of them."""
    query = select(Disclosure.need_id).distinct().where(Disclosure.state == "open")
    query = query if after is None else query.where(col(Disclosure.need_id) > after)
    return (await tx.exec(query.order_by(col(Disclosure.need_id)).limit(most))).all()


async def events_of_disclosures(tx: AsyncSession, need_id: UUID, _: bool) -> list[Event]:
    """Return what of a need is open to receivers now. Locks the need and its disclosures."""
    need = await store.locked_need(tx, REPEATS, need_id)
    if need is None:
        return []
    query = select(Disclosure).where(Disclosure.need_id == need_id, Disclosure.state == "open").order_by(col(Disclosure.id))
    found = (await tx.exec(query.with_for_update(read=True), execution_options={"populate_existing": True})).all()
    person = await store.person(tx, need.person_id) if found else None
    return [await opened(tx, need, person, disclosure) for disclosure in found if person is not None]


SNAPSHOTS = (
    Repeated("needs", needs_to_place, events_of_need),
    Repeated("disclosures", needs_with_disclosures, events_of_disclosures),
)
