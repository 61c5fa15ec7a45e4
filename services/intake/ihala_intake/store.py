"""Every query of intake. Row policies are the second lock; each function that answers a caller also names what the caller may see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from sqlalchemy import ColumnElement, and_, bindparam, or_, true, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import (
    Assistance,
    CaseFile,
    Consent,
    ConsentRevision,
    DataKey,
    Disclosure,
    FollowUp,
    Need,
    Organization,
    Person,
    ReferralCopy,
    Request,
    RequestIdentifier,
)

_KNOWN_NUMBERS: Final = "SELECT request_id FROM request_identifier WHERE origin_id = $1 AND mark = ANY($2::bytea[])"
# Asked for each event and each message; made once, as making them costs a third of asking.
_LOCKED_NEED: Final = select(Need).where(col(Need.id) == bindparam("need_id")).with_for_update(key_share=True)
_NEEDS_WITH_PERSONS: Final = (
    select(Need, Person, DataKey)
    .join(Person, col(Person.id) == Need.person_id)
    .join(DataKey, col(DataKey.id) == Person.key_id)
    .where(col(Need.id).in_(bindparam("need_ids", expanding=True)))
)

OPERATOR = "operator"
INTERIOR = frozenset({"rgc", "wlco", "hlp", "cpf"})  # kinds of the interior ministry's offices: they see status words alone


def _own(caller: Caller, table: type[Request | Need | Consent | ReferralCopy]) -> ColumnElement[bool]:
    """Hold for what the caller's organisation brought, or owns as the operator; for everything when the system acts."""
    if caller.is_system:
        return true()
    return or_(col(table.origin_id) == caller.organization_id, col(table.operator_id) == caller.organization_id)


def is_own(caller: Caller, row: Need) -> bool:
    """Tell whether `_own` holds of a row."""
    return caller.is_system or caller.organization_id in (row.origin_id, row.operator_id)


# Requests


async def request_of(tx: AsyncSession, caller: Caller, request_id: UUID) -> Request | None:
    """Return a request the caller brought or owns."""
    return (await tx.exec(select(Request).where(Request.id == request_id, _own(caller, Request)))).one_or_none()


async def requests_by_mark(tx: AsyncSession, caller: Caller, mark: bytes, after: UUID | None, limit: int) -> Sequence[Request]:
    """Return the requests with this number that the caller brought or owns, in the order of their ids."""
    query = select(Request).join(RequestIdentifier, col(RequestIdentifier.request_id) == Request.id)
    query = query.where(RequestIdentifier.mark == mark, _own(caller, Request)).order_by(col(Request.id)).limit(limit)
    return (await tx.exec(query if after is None else query.where(Request.id > after))).all()


async def known_numbers(tx: AsyncSession, origin_id: UUID, marks: Sequence[bytes]) -> set[UUID]:
    """Return the requests that the origin brought under any of these numbers."""
    rows = await fetch(tx, _KNOWN_NUMBERS, origin_id, list(marks))
    return {UUID(bytes=row["request_id"].bytes) for row in rows}


async def cases_of(tx: AsyncSession, request_id: UUID) -> Sequence[CaseFile]:
    """Return the cases a request opened that the caller may see."""
    return (await tx.exec(select(CaseFile).where(CaseFile.request_id == request_id).order_by(col(CaseFile.id)))).all()


async def needs_of(tx: AsyncSession, request_id: UUID) -> Sequence[Need]:
    """Return a request's needs that the caller may see."""
    return (await tx.exec(select(Need).where(Need.request_id == request_id).order_by(col(Need.id)))).all()


async def assistance_of(tx: AsyncSession, request_id: UUID) -> Assistance | None:
    """Return what was helped with on the spot."""
    return (await tx.exec(select(Assistance).where(Assistance.request_id == request_id))).one_or_none()


# Needs and consents. Lock order everywhere: needs by id, then the consent, then disclosures. NO KEY UPDATE, so that rows which refer
# to a locked one can be written meanwhile.


async def need_of(tx: AsyncSession, caller: Caller, need_id: UUID) -> Need | None:
    """Return a need the caller brought or owns."""
    return (await tx.exec(select(Need).where(Need.id == need_id, _own(caller, Need)))).one_or_none()


async def needs_with_persons(tx: AsyncSession, need_ids: Sequence[UUID]) -> Sequence[tuple[Need, Person, DataKey]]:
    """Return these needs with their persons and keys, for the system. While a row is held, the session asks nobody for it again."""
    return (await tx.exec(_NEEDS_WITH_PERSONS, params={"need_ids": need_ids})).all()


async def locked_need(tx: AsyncSession, caller: Caller, need_id: UUID) -> Need | None:
    """Return a need the caller brought or owns, locked; the system any."""
    query = _LOCKED_NEED if caller.is_system else _LOCKED_NEED.where(_own(caller, Need))
    return (await tx.exec(query, params={"need_id": need_id}, execution_options={"populate_existing": True})).one_or_none()


async def locked_needs_of_consent(tx: AsyncSession, consent_id: UUID) -> Sequence[Need]:
    """Return a consent's needs, locked in the order of their ids."""
    query = select(Need).where(Need.consent_id == consent_id).order_by(col(Need.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).all()


async def needs_under(tx: AsyncSession, consent_id: UUID) -> Sequence[Need]:
    """Return a consent's needs, in the order of their ids."""
    return (await tx.exec(select(Need).where(Need.consent_id == consent_id).order_by(col(Need.id)))).all()


async def needs_of_person(tx: AsyncSession, person_id: UUID) -> Sequence[Need]:
    """Return a person's needs, locked in the order of their ids."""
    query = select(Need).where(Need.person_id == person_id).order_by(col(Need.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).all()


async def consent_of(tx: AsyncSession, caller: Caller, consent_id: UUID) -> Consent | None:
    """Return a consent the caller recorded or owns."""
    return (await tx.exec(select(Consent).where(Consent.id == consent_id, _own(caller, Consent)))).one_or_none()


async def need_ids_of_consent(tx: AsyncSession, consent_id: UUID) -> list[UUID]:
    """Return which needs a consent is for."""
    return list((await tx.exec(select(Need.id).where(Need.consent_id == consent_id).order_by(col(Need.id)))).all())


async def locked_consent(tx: AsyncSession, consent_id: UUID) -> Consent:
    """Return a consent, locked: what withdrawal and acceptance both wait for."""
    query = select(Consent).where(Consent.id == consent_id).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).one()


async def consents(tx: AsyncSession, consent_ids: set[UUID]) -> Sequence[Consent]:
    """Return these consents, as far as the caller may see them."""
    return (await tx.exec(select(Consent).where(col(Consent.id).in_(consent_ids)))).all()


async def named_by(tx: AsyncSession, consent_id: UUID, organization_id: UUID) -> set[UUID]:
    """Return the organisations that this one itself wrote into a consent, as receivers or as not to be told."""
    query = select(ConsentRevision.recipients, ConsentRevision.objections).where(ConsentRevision.consent_id == consent_id)
    rows = (await tx.exec(query.where(ConsentRevision.organization_id == organization_id))).all()
    return {one for named in rows for some in named for one in some}


async def revisions_of(tx: AsyncSession, consent_id: UUID) -> Sequence[ConsentRevision]:
    """Return all that was said of a consent, the first thing first; the consent was checked before."""
    query = select(ConsentRevision).where(ConsentRevision.consent_id == consent_id)
    return (await tx.exec(query.order_by(col(ConsentRevision.revision)))).all()


async def withdrawn_parts(tx: AsyncSession, consent_id: UUID) -> tuple[set[UUID], set[UUID]]:
    """Return the needs and the referrals that were withdrawn apart from the rest of the consent."""
    query = select(ConsentRevision).where(ConsentRevision.consent_id == consent_id, ConsentRevision.act == "withdrawn")
    rows = (await tx.exec(query)).all()
    referrals = {row.referral_id for row in rows if row.referral_id}
    return {row.need_id for row in rows if row.need_id and not row.referral_id}, referrals


async def person(tx: AsyncSession, person_id: UUID) -> Person:
    """Return a person the caller may see; raises NoResultFound."""
    return await tx.get_one(Person, person_id)


async def person_with_key(tx: AsyncSession, person_id: UUID) -> tuple[Person, DataKey]:
    """Return the same with their key. While a row is held, the session asks nobody for it again."""
    query = select(Person, DataKey).join(DataKey, col(DataKey.id) == Person.key_id).where(Person.id == person_id)
    return (await tx.exec(query)).one()


async def members(tx: AsyncSession, household_id: UUID, but: UUID) -> Sequence[tuple[Person, DataKey]]:
    """Return the others of a household, with their keys."""
    query = select(Person, DataKey).join(DataKey, col(DataKey.id) == Person.key_id)
    query = query.where(Person.household_id == household_id, Person.id != but).order_by(col(Person.id))
    return (await tx.exec(query)).all()


# Disclosures


async def disclosure_of_referral(tx: AsyncSession, referral_id: UUID, *, lock: bool = False) -> Disclosure | None:
    """Return the one disclosure of a referral."""
    query = select(Disclosure).where(Disclosure.referral_id == referral_id)
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def locked_disclosure(tx: AsyncSession, disclosure_id: UUID) -> Disclosure:
    """Return a disclosure, locked."""
    query = select(Disclosure).where(Disclosure.id == disclosure_id).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).one()


async def held_open(tx: AsyncSession, caller: Caller, referral_id: UUID) -> Disclosure | None:
    """Return the caller's open disclosure, and keep it open until this transaction ends."""
    query = select(Disclosure).where(Disclosure.referral_id == referral_id, Disclosure.organization_id == caller.organization_id)
    query = query.where(Disclosure.state == "open").with_for_update(read=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def open_disclosures(
    tx: AsyncSession, consent_id: UUID, *, need_id: UUID | None = None, referral_id: UUID | None = None
) -> Sequence[Disclosure]:
    """Return what is open under a consent (of one need, or one referral), locked in the order of their ids."""
    query = select(Disclosure).where(Disclosure.consent_id == consent_id, Disclosure.state == "open")
    query = query if need_id is None else query.where(Disclosure.need_id == need_id)
    query = query if referral_id is None else query.where(Disclosure.referral_id == referral_id)
    query = query.order_by(col(Disclosure.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).all()


async def ended_with_consent(tx: AsyncSession, consent_id: UUID) -> Sequence[Disclosure]:
    """Return what was closed because its consent had ended, locked in the order of their ids."""
    query = select(Disclosure).where(Disclosure.consent_id == consent_id, Disclosure.reason == "consent_ended")
    query = query.order_by(col(Disclosure.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).all()


async def disclosures_of_need(tx: AsyncSession, need_id: UUID) -> Sequence[Disclosure]:
    """Return all disclosures of a need, the oldest first."""
    return (await tx.exec(select(Disclosure).where(Disclosure.need_id == need_id).order_by(col(Disclosure.id)))).all()


async def open_with(tx: AsyncSession, organization_id: UUID, after: UUID | None, limit: int) -> Sequence[Disclosure]:
    """Return what is open to an organisation, in the order of the ids."""
    query = select(Disclosure).where(Disclosure.organization_id == organization_id, Disclosure.state == "open")
    query = query if after is None else query.where(Disclosure.id > after)
    return (await tx.exec(query.order_by(col(Disclosure.id)).limit(limit))).all()


async def receivers_copy(tx: AsyncSession, caller: Caller, referral_id: UUID) -> ReferralCopy | None:
    """Return what is known of a referral to the caller's organisation."""
    query = select(ReferralCopy).where(ReferralCopy.referral_id == referral_id)
    return (await tx.exec(query.where(ReferralCopy.organization_id == caller.organization_id))).one_or_none()


async def own_copy(tx: AsyncSession, caller: Caller, referral_id: UUID) -> ReferralCopy | None:
    """Return what is known of a referral for a need that the caller brought or owns."""
    query = select(ReferralCopy).where(ReferralCopy.referral_id == referral_id, _own(caller, ReferralCopy))
    return (await tx.exec(query)).one_or_none()


async def accepted_by(tx: AsyncSession, organization_id: UUID, after: UUID | None, limit: int) -> Sequence[ReferralCopy]:
    """Return an organisation's accepted referrals, in the order of the ids."""
    query = select(ReferralCopy).where(ReferralCopy.organization_id == organization_id, ReferralCopy.state == "accepted")
    query = query if after is None else query.where(ReferralCopy.referral_id > after)
    return (await tx.exec(query.order_by(col(ReferralCopy.referral_id)).limit(limit))).all()


async def is_suspended(tx: AsyncSession, organization_id: UUID) -> bool:
    """Tell whether the directory said that the organisation is suspended; one not heard of is not. It stays so until the end."""
    query = select(Organization.status).where(Organization.id == organization_id).with_for_update(read=True)
    return (await tx.exec(query)).one_or_none() == "suspended"


# Follow-ups


def _asks(caller: Caller) -> ColumnElement[bool]:
    """Hold for follow-ups the caller may put to the person: the operator's; an origin's own, from the ministry only where it must."""
    if caller.organization_kind == OPERATOR:
        return col(FollowUp.operator_id) == caller.organization_id
    by_origin = col(FollowUp.origin_id) == caller.organization_id
    return and_(by_origin, col(FollowUp.by_origin)) if caller.organization_kind in INTERIOR else by_origin


async def follow_ups(
    tx: AsyncSession, caller: Caller, state: str, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[FollowUp, Need]]:
    """Return the caller's follow-ups in a state with their needs, the longest due first."""
    query = select(FollowUp, Need).join(Need, col(Need.id) == FollowUp.need_id).where(_asks(caller), FollowUp.state == state)
    if after is not None:
        query = query.where(tuple_(col(FollowUp.due_at), col(FollowUp.id)) > after)
    return (await tx.exec(query.order_by(col(FollowUp.due_at), col(FollowUp.id)).limit(limit))).all()


async def follow_up_of(tx: AsyncSession, caller: Caller, follow_up_id: UUID) -> FollowUp | None:
    """Return a follow-up of the caller's."""
    return (await tx.exec(select(FollowUp).where(FollowUp.id == follow_up_id, _asks(caller)))).one_or_none()


async def locked_follow_up(tx: AsyncSession, follow_up_id: UUID) -> FollowUp:
    """Return a follow-up, locked after its need."""
    query = select(FollowUp).where(FollowUp.id == follow_up_id).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).one()
