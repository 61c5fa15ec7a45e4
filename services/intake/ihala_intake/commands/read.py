"""Reading what is personal: who may, what exactly, and one link more in the person's chain of reads."""

from contextlib import suppress
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.inbox import reader_fresh
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import disclosures_store, keys, store
from ihala_intake.commands import attachment_rows, revisions
from ihala_intake.commands.people import open_person
from ihala_intake.consent_rules import Category, told_to
from ihala_intake.details import NeedDetails, PersonDetails
from ihala_intake.disclosed_fields import fields_of
from ihala_intake.errors import DisclosurePending, NeedNotFound, PersonErased, ReferralNotFound, StateStale
from ihala_intake.ledger import Read, log_access, log_accesses
from ihala_intake.models.people import PersonView
from ihala_intake.portrait import categories_of, frame, portrait
from ihala_intake.tables import Disclosure, Need, Person, ReferralCopy

CONSUMER = "intake"


async def opened_to(tx: AsyncSession, caller: Caller, referral_id: UUID) -> tuple[Disclosure, set[str]]:
    """Return what is open to the receiver of a referral at this moment, held open until the transaction ends, and its categories.

    Raises ReferralNotFound (404: not the caller's, or closed), DisclosurePending (409), StateStale (503).
    """
    copy = await store.receivers_copy(tx, caller, referral_id)
    if copy is None or await store.is_suspended(tx, caller.organization_id):
        raise ReferralNotFound()
    if not await reader_fresh(tx, CONSUMER, copy.need_id):
        raise StateStale()
    disclosure = await store.held_open(tx, caller, referral_id)
    if disclosure is None:
        await _refuse(tx, copy)
        raise ReferralNotFound()
    # Held against the consent once more: its last day may have passed a moment ago.
    [consent] = await store.consents(tx, {disclosure.consent_id})
    if not revisions.allowed(consent).covers(caller.organization_id, now(tx)):
        raise ReferralNotFound()
    return disclosure, told_to(caller.organization_kind, set(disclosure.categories) & set(consent.categories))


async def person_of_referral(tx: AsyncSession, caller: Caller, referral_id: UUID) -> PersonView:
    """Return what the consent opens to the receiver.

    Raises ReferralNotFound (404: not the caller's, or closed), DisclosurePending (409), StateStale (503).
    """
    disclosure, categories = await opened_to(tx, caller, referral_id)
    need = await tx.get_one(Need, disclosure.need_id)
    found = await _opened(tx, frame(need, disclosure.revision, categories, referral_id=referral_id), need, what="disclosure")
    await disclosures_store.write_down(tx, disclosure, fields_of(found), now(tx))
    return found


async def person_of_need(tx: AsyncSession, caller: Caller, need_id: UUID) -> PersonView:
    """Return all that is known of a need's person to the operator that owns it. Raises NeedNotFound (404)."""
    need = await owned_need(tx, caller, need_id)
    consent = await store.consents(tx, {need.consent_id})
    view = frame(need, consent[0].revision, list(Category))
    return await _opened(tx, view, need, what="identity")


async def owned_need(tx: AsyncSession, caller: Caller, need_id: UUID) -> Need:
    """Return a need of the caller's as the operator. Raises NeedNotFound (404)."""
    need = await store.need_of(tx, caller, need_id)
    if need is None or need.operator_id != caller.organization_id:
        raise NeedNotFound()
    return need


async def need_details(tx: AsyncSession, need: Need) -> NeedDetails:
    """Return a need's true code and note, and log that they were read. An erased need keeps what its row says."""
    try:
        details = await open_need(tx, need)
    except PersonErased:
        return NeedDetails(code=need.code)
    await log_access(tx, "need", person_id=need.person_id, operator_id=need.operator_id, need_id=need.id, categories=["needs"])
    return details


async def open_need(tx: AsyncSession, need: Need) -> NeedDetails:
    """Return what is sealed of a need; raises PersonErased."""
    return (await keys.of(tx, need.key_id)).open(NeedDetails, need.details, f"need.details/{need.id}")


async def _refuse(tx: AsyncSession, copy: ReferralCopy) -> None:
    """Raise DisclosurePending (409) while the referral may still be opened."""
    known = await store.disclosure_of_referral(tx, copy.referral_id)
    if known is None and copy.state in ("offered", "accepted"):
        raise DisclosurePending()


async def _opened(tx: AsyncSession, view: PersonView, need: Need, what: str) -> PersonView:
    row, _ = await store.person_with_key(tx, need.person_id)
    try:
        person = await open_person(tx, row)
        files = await attachment_rows.going_with(tx, need) if Category.FILES in view.categories else []
        members = await _members(tx, row, view)
        found = portrait(view, person, [details for _, details in members], [await open_need(tx, need)], files, now(tx))
    except PersonErased:
        if view.referral_id is None:
            raise
        raise ReferralNotFound() from None
    others = [Read("household", one.id, one.operator_id, need.id, view.referral_id, [Category.HOUSEHOLD]) for one, _ in members]
    await log_accesses(tx, [Read(what, row.id, need.operator_id, need.id, view.referral_id, categories_of(view.categories)), *others])
    return found


async def _members(tx: AsyncSession, person: Person, view: PersonView) -> list[tuple[Person, PersonDetails]]:
    """Return the others of the household, opened."""
    if person.household_id is None or Category.HOUSEHOLD not in view.categories:
        return []
    found = []
    for row, _ in await store.members(tx, person.household_id, but=person.id):
        with suppress(PersonErased):
            found.append((row, await open_person(tx, row)))
    return found
