"""Complaints and feedback: written down by whoever hears them, handled by who is not concerned, never left lying."""

from contextlib import suppress
from uuid import UUID

from ihala_contracts.intake_v1 import ComplaintAssigned, ComplaintOverdue, ComplaintReceived
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, now
from ihala_kit.due import cancel, schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, references
from ihala_intake import store as intake_store
from ihala_intake.casework import complaint_store as store
from ihala_intake.casework.complaint_errors import ComplaintNotFound, ComplaintOver, HandlerIsConcerned, UnknownTopic
from ihala_intake.casework.complaint_rules import act_within, is_sensitive, topics
from ihala_intake.casework.details import ComplaintDetails
from ihala_intake.casework.errors import CaseNotFound
from ihala_intake.casework.files.store import case_for
from ihala_intake.commands.checks import operator_of
from ihala_intake.errors import PersonErased, ReferralNotFound
from ihala_intake.keys import Key
from ihala_intake.ledger import log_access
from ihala_intake.models.complaints import ComplaintIn, HandlingIn, ResolutionIn
from ihala_intake.tables import CaseFile, Complaint, Person, ReferralCopy

OVERDUE = "complaint-overdue"
OPEN = ("received", "in_progress")


async def receive(tx: AsyncSession, caller: Caller, body: ComplaintIn) -> Complaint:
    """Write a complaint down; emits ComplaintReceived. What is sensitive is out of the caller's sight from then on.

    Raises UnknownTopic, OperatorUnknown (422), CaseNotFound, ReferralNotFound (404), PersonErased (410).
    """
    if body.topic not in topics() or topics()[body.topic].kind != body.kind:
        raise UnknownTopic(pointer="#/topic")
    case, referral = await _case(tx, caller, body.case_id), await _referral(tx, caller, body.about_referral_id)
    complaint = await _written(tx, caller, body, case, referral)
    assert complaint.next_at is not None, "it was just received"
    await schedule(tx, OVERDUE, complaint.id, complaint.next_at)
    emit(tx, ComplaintReceived(
        complaint_id=complaint.id, operator_id=complaint.operator_id, sensitive=complaint.sensitive, received_at=complaint.received_at,
    ))  # fmt: skip
    return complaint


async def handle(tx: AsyncSession, caller: Caller, complaint_id: UUID, version: int, body: HandlingIn) -> Complaint:
    """Give a complaint to an officer; emits ComplaintAssigned.

    Raises ComplaintNotFound (404), Stale (412), ComplaintOver, HandlerIsConcerned (409).
    """
    complaint = await _open(tx, caller, complaint_id, version)
    await _refuse_concerned(tx, complaint, body.handler)
    complaint.state, complaint.handler = "in_progress", body.handler
    complaint.next_at = now(tx) + act_within(sensitive=complaint.sensitive, begun=True)
    complaint.version += 1
    await schedule(tx, OVERDUE, complaint.id, complaint.next_at)
    emit(tx, ComplaintAssigned(
        complaint_id=complaint.id, operator_id=complaint.operator_id, sensitive=complaint.sensitive, act_by=complaint.next_at,
        assigned_at=now(tx),
    ))  # fmt: skip
    return complaint


async def resolve(tx: AsyncSession, caller: Caller, complaint_id: UUID, version: int, body: ResolutionIn) -> Complaint:
    """Write down what became of it, and what the person was told.

    Once the person was erased no word is kept, but the outcome is: else nobody could end it, and it would be escalated for ever.
    Raises ComplaintNotFound (404), Stale (412), ComplaintOver, HandlerIsConcerned (409).
    """
    complaint = await _open(tx, caller, complaint_id, version)
    await _refuse_concerned(tx, complaint, caller.acting_officer)
    with suppress(PersonErased):
        key = await keys.of(tx, complaint.key_id)
        complaint.details = key.seal(_opened(complaint, key).model_copy(update={"answer": body.answer}), _about(complaint.id))
    complaint.state, complaint.outcome, complaint.next_at = "answered" if body.told else "closed", body.outcome, None
    complaint.answered_at = now(tx) if body.told else None
    complaint.version += 1
    await cancel(tx, OVERDUE, complaint.id)
    return complaint


async def overdue(tx: AsyncSession, complaint_id: UUID) -> None:
    """Nobody did anything in time: count it and ask again later; emits ComplaintOverdue. For the clock."""
    complaint = await store.locked_complaint(tx, Caller.system("clock"), complaint_id)
    if complaint is None or complaint.state not in OPEN:
        return
    complaint.escalations, complaint.version = complaint.escalations + 1, complaint.version + 1
    complaint.next_at = now(tx) + act_within(sensitive=complaint.sensitive, begun=complaint.state == "in_progress")
    await schedule(tx, OVERDUE, complaint_id, complaint.next_at)
    emit(tx, ComplaintOverdue(
        complaint_id=complaint_id, operator_id=complaint.operator_id, sensitive=complaint.sensitive, escalations=complaint.escalations,
        overdue_at=now(tx),
    ))  # fmt: skip


async def texts_of(tx: AsyncSession, complaint: Complaint) -> ComplaintDetails | None:
    """Return what was said, and log that it was read, where a person stands behind it; None once they were erased."""
    try:
        details = _opened(complaint, await keys.of(tx, complaint.key_id))
    except PersonErased:
        return None
    if complaint.person_id is not None:
        await log_access(tx, "complaint", person_id=complaint.person_id, operator_id=complaint.operator_id)
    return details


async def _case(tx: AsyncSession, caller: Caller, case_id: UUID | None) -> CaseFile | None:
    if case_id is None:
        return None
    case = await case_for(tx, caller, case_id)
    if case is None:
        raise CaseNotFound()
    return case


async def _referral(tx: AsyncSession, caller: Caller, referral_id: UUID | None) -> ReferralCopy | None:
    if referral_id is None:
        return None
    referral = await intake_store.own_copy(tx, caller, referral_id)
    if referral is None:
        raise ReferralNotFound()
    return referral


async def _written(
    tx: AsyncSession, caller: Caller, body: ComplaintIn, case: CaseFile | None, referral: ReferralCopy | None
) -> Complaint:  # fmt: skip
    """Store a complaint. One about a referral is about its receiver, and tells of the need whether or not a case is named."""
    complaint_id, at = new_id(), now(tx)
    restricted = any(about is not None and about.sensitivity == "restricted" for about in (case, referral))
    sensitive = is_sensitive(body.topic, raised=body.sensitive is True, restricted=restricted)
    key = keys.make(tx, complaint_id) if case is None else await keys.of(tx, (await tx.get_one(Person, case.person_id)).key_id)
    details = ComplaintDetails(text=body.text, contact=body.contact)
    complaint = Complaint(
        id=complaint_id, reference=(await references.take(tx, "CPL", {complaint_id: "complaint"}))[complaint_id],
        operator_id=case.operator_id if case else await operator_of(tx, caller), origin_id=caller.organization_id, key_id=key.id,
        person_id=case.person_id if case else None, kind=body.kind, topic=body.topic, sensitive=sensitive,
        about_organization_id=referral.organization_id if referral else body.about_organization_id,
        about_office_id=body.about_office_id, about_referral_id=body.about_referral_id, answer_wanted=body.answer_wanted,
        details=key.seal(details, _about(complaint_id)), state="received", received_at=at,
        next_at=at + act_within(sensitive=sensitive, begun=False), escalations=0, client_id=caller.client_id,
        acting_officer=caller.acting_officer, version=1,
    )  # fmt: skip
    tx.add(complaint)
    return complaint


async def _open(tx: AsyncSession, caller: Caller, complaint_id: UUID, version: int) -> Complaint:
    complaint = await store.locked_complaint(tx, caller, complaint_id)
    if complaint is None:
        raise ComplaintNotFound()
    if complaint.version != version:
        raise Stale()
    if complaint.state not in OPEN:
        raise ComplaintOver()
    return complaint


async def _refuse_concerned(tx: AsyncSession, complaint: Complaint, officer: str | None) -> None:
    """Raise HandlerIsConcerned (409) for the officer of a case of the person who complains, whether or not the caller may see the case."""
    if complaint.person_id is None or officer is None:
        return
    caller: Caller = tx.info["caller"]
    await act_for(tx, Caller.system("complaint"))
    query = select(CaseFile.id).where(CaseFile.person_id == complaint.person_id, CaseFile.officer == officer).limit(1)
    concerned = (await tx.exec(query)).one_or_none() is not None
    await act_for(tx, caller)
    if concerned:
        raise HandlerIsConcerned()


def _opened(complaint: Complaint, key: Key) -> ComplaintDetails:
    return key.open(ComplaintDetails, complaint.details, _about(complaint.id))


def _about(complaint_id: UUID) -> str:
    return f"complaint.details/{complaint_id}"
