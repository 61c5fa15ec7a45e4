"""Another need in the same case, because a receiver found it: opened where the consent names it, else its office asks the person."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.intake_v1 import NeedState, OnwardNeedSettled, Sensitivity
from ihala_contracts.referral_v1 import OnwardNeedAsked
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, consent_rules, keys, needs, references, store
from ihala_intake.casework.store import needs_of_case
from ihala_intake.commands import revisions
from ihala_intake.commands.announce import announce
from ihala_intake.commands.people import open_person
from ihala_intake.details import ConsentDetails, NeedDetails
from ihala_intake.errors import OnwardDecided, OnwardNotCovered, OnwardNotFound, PersonErased
from ihala_intake.keys import Key
from ihala_intake.models.onward import OnwardDecision
from ihala_intake.tables import CaseFile, Consent, ConsentRevision, Need, OnwardNeed
from ihala_intake.ways_in import information

ALREADY_OPEN, CASE_CLOSED, ERASED, NOT_BY_REFERRAL = "already_open", "case_closed", "erased", "not_by_referral"


async def asked(tx: AsyncSession, event: OnwardNeedAsked, cause: Need) -> None:
    """Open the need that a receiver asks for, refuse it, or let its office decide; emits OnwardNeedSettled, and NeedIdentified if opened.

    `cause` is locked, and so is its consent before anything is read of it.
    """
    row = OnwardNeed(
        id=event.onward_id, need_id=cause.id, referral_id=event.referral_id, organization_id=event.organization_id,
        operator_id=cause.operator_id, code=event.need_code, urgency=event.urgency.value, state="waits", asked_at=event.moved_at, version=1,
    )  # fmt: skip
    tx.add(row)
    refusal = await _refusal(tx, cause, event.need_code)
    if refusal is not None:
        _refuse(tx, row, refusal)
    elif await _covered(tx, await store.locked_consent(tx, cause.consent_id), event.need_code):
        await _open(tx, row, cause)
    _tell(tx, row, cause)


async def decide(tx: AsyncSession, caller: Caller, onward_id: UUID, version: int, body: OnwardDecision) -> OnwardNeed:
    """Open it, once the person has agreed and the consent's newest revision names it, or refuse it. Emits as `asked` does.

    Raises OnwardNotFound (404), Stale (412), OnwardDecided, OnwardNotCovered (409).
    """
    known = await tx.get(OnwardNeed, onward_id)
    if known is None or known.operator_id != caller.organization_id:
        raise OnwardNotFound()
    cause = await store.locked_need(tx, caller, known.need_id)
    assert cause is not None, "what a row refers to is there"
    await tx.refresh(known)
    if known.state != "waits":
        raise OnwardDecided(state=known.state)
    if known.version != version:
        raise Stale()
    known.client_id, known.acting_officer, known.version = caller.client_id, caller.acting_officer, known.version + 1
    refusal = body.reason if body.decision == "refuse" else await _refusal(tx, cause, known.code)
    if refusal is not None:
        _refuse(tx, known, refusal)
    elif await _covered(tx, await store.locked_consent(tx, cause.consent_id), known.code):
        await _open(tx, known, cause)
    else:
        raise OnwardNotCovered()
    _tell(tx, known, cause)
    return known


async def waiting(tx: AsyncSession, caller: Caller, state: str, after: UUID | None, most: int) -> Sequence[OnwardNeed]:
    """Return what receivers asked the caller's office for, in the order of their ids."""
    query = select(OnwardNeed).where(col(OnwardNeed.operator_id) == caller.organization_id, col(OnwardNeed.state) == state)
    query = query if after is None else query.where(col(OnwardNeed.id) > after)
    return (await tx.exec(query.order_by(col(OnwardNeed.id)).limit(most))).all()


async def _refusal(tx: AsyncSession, cause: Need, code: str) -> str | None:
    """Return why it is opened in no case, whatever the person says."""
    if cause.sensitivity == Sensitivity.RESTRICTED or information.of(code) is not None:
        return NOT_BY_REFERRAL  # said by voice; or told, not referred
    case = await tx.get_one(CaseFile, cause.case_id)
    if case.state != "open":
        return CASE_CLOSED
    open_ones = (need for need in await needs_of_case(tx, case.id) if NeedState(need.state) in needs.UNFINISHED)
    return ALREADY_OPEN if any(need.code == code and need.person_id == cause.person_id for need in open_ones) else None


async def _covered(tx: AsyncSession, consent: Consent, code: str) -> bool:
    """Tell whether the person agreed to this very kind of need, too: a consent that names none was for what was asked for then."""
    allowed = revisions.allowed(consent)
    if not allowed.given or now(tx) >= allowed.until:
        return False
    try:
        key = await keys.of(tx, consent.key_id)
    except PersonErased:
        return False
    newest = await tx.get_one(ConsentRevision, (consent.id, consent.revision))
    said = key.open(ConsentDetails, newest.details, f"consent_revision.details/{consent.id}/{consent.revision}")
    return bool(said.needs) and consent_rules.is_for(said.needs, code)


async def _open(tx: AsyncSession, row: OnwardNeed, cause: Need) -> None:
    try:
        key = await keys.of(tx, cause.key_id)
        person = await open_person(tx, await store.person(tx, cause.person_id))
    except PersonErased:
        _refuse(tx, row, ERASED)
        return
    need = await _another(tx, row, cause, key)
    tx.add(need)
    await tx.flush()  # before the row that refers to it
    await announce(tx, need, await tx.get_one(Consent, cause.consent_id), person)
    row.state, row.opened_need_id, row.decided_at = "opened", need.id, now(tx)


async def _another(tx: AsyncSession, row: OnwardNeed, cause: Need, key: Key) -> Need:
    """Return the new need: in the same case, of the same person, request, consent, place and origin.

    A centre of the interior ministry learns of its own needs alone, so there the owning office is the origin.
    """
    need_id, sensitivity, place = new_id(), codes.sensitivity_of(row.code), codes.place(cause.district or cause.governorate)
    assert sensitivity is not None and place is not None, "referral knows the same list, and the cause has a place"
    named = await references.take(tx, place.reference_prefix, {need_id: "need"})
    hidden = cause.origin_kind in store.INTERIOR
    origin_id, origin_kind = (cause.operator_id, store.OPERATOR) if hidden else (cause.origin_id, cause.origin_kind)
    return Need(
        id=need_id, reference=named[need_id], operator_id=cause.operator_id, origin_id=origin_id, origin_kind=origin_kind,
        request_id=cause.request_id, case_id=cause.case_id, person_id=cause.person_id, consent_id=cause.consent_id, key_id=cause.key_id,
        code=row.code, sensitivity=sensitivity.value, urgency=row.urgency, governorate=cause.governorate, district=cause.district,
        details=key.seal(NeedDetails(code=row.code), f"need.details/{need_id}"), match_settled=cause.match_settled,
        state=NeedState.OPEN.value, requested_at=now(tx), waits=False, changed_at=now(tx), caused_by=cause.id, version=1,
        messages_wanted=False,
    )  # fmt: skip


def _refuse(tx: AsyncSession, row: OnwardNeed, reason: str) -> None:
    row.state, row.reason, row.decided_at = "refused", reason, now(tx)


def _tell(tx: AsyncSession, row: OnwardNeed, cause: Need) -> None:
    emit(tx, OnwardNeedSettled(
        need_id=cause.id, operator_id=cause.operator_id, onward_id=row.id, referral_id=row.referral_id,
        organization_id=row.organization_id, outcome=row.state, opened_need_id=row.opened_need_id, settled_at=now(tx),
    ))  # fmt: skip
