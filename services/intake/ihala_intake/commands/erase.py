"""Erasing a person: two people agree, the keys are destroyed, rows stay as tombstones, and every service says that its keys are gone.

What was sealed under a destroyed key can be read by nobody, in no copy and no backup of the data; the key table has a backup of its
own, which is thrown away sooner (README).
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from ihala_contracts.envelope import ErasureReported
from ihala_contracts.intake_v1 import ConsentWithdrawn, ErasureOverdue, PersonErased
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from ihala_kit.two_people import Hand
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import store
from ihala_intake.commands import ending, revisions
from ihala_intake.commands.disclose import close
from ihala_intake.commands.moves import move
from ihala_intake.details import ConsentDetails
from ihala_intake.errors import PersonErased as ErasedBefore
from ihala_intake.errors import RoleNeeded
from ihala_intake.ledger import log_access
from ihala_intake.needs import Act
from ihala_intake.protection import store as protected
from ihala_intake.protection.errors import ErasureDecided, ErasureNotFound, ErasureUnderWay, PersonNotFound, SecondPersonNeeded
from ihala_intake.same_person.store import linked
from ihala_intake.tables import Consent, DataKey, Erasure, ErasureReport, Need, Person

DPO, ASKERS = "dpo", frozenset({"dpo", "coordinator"})
REPORTING = ("notify", "referral")  # the services that hold something of a need
REPORT_WITHIN = timedelta(hours=72)
OVERDUE = "erasure-overdue"

_FORGET_MARKS = text("DELETE FROM person_mark WHERE person_id = :person_id")
_FORGET_KEYS = text("DELETE FROM natural_key WHERE person_id = :person_id")
_FORGET_NUMBERS = text("""
    DELETE FROM request_identifier WHERE request_id IN (
        SELECT id FROM request WHERE key_id = ANY(:keys) AND id IN (
            SELECT request_id FROM need WHERE person_id = :person_id UNION ALL
            SELECT request_id FROM case_file WHERE person_id = :person_id UNION ALL
            SELECT a.request_id FROM need n JOIN need_again a ON a.need_id = n.id WHERE n.person_id = :person_id))
""")


async def propose(tx: AsyncSession, caller: Caller, person_id: UUID, reason: str) -> Erasure:
    """Ask that a person's data be erased. Raises PersonNotFound (404), RoleNeeded (403), PersonErased (410), ErasureUnderWay (409)."""
    person = await _owned(tx, caller, person_id, lock=True)
    known = await protected.erasure_of(tx, caller, person_id)
    if known is not None and known.state != "refused":
        raise ErasureUnderWay()
    await _refuse_erased(tx, person)
    erasure = Erasure(
        id=new_id(), person_id=person.id, operator_id=person.operator_id, sensitivity=person.sensitivity, reason=reason, state="proposed",
        asked_by=caller.client_id, asked_officer=caller.acting_officer, asked_as_dpo=DPO in caller.roles, asked_at=now(tx),
        needs=[], awaited=[], version=1,
    )  # fmt: skip
    tx.add(erasure)
    return erasure


async def decide(tx: AsyncSession, caller: Caller, person_id: UUID, version: int, *, agree: bool) -> Erasure:
    """Erase, or refuse to, as the second person; emits PersonErased and what ends with it.

    Raises PersonNotFound, ErasureNotFound (404), ErasureDecided (409), RoleNeeded, SecondPersonNeeded (403), Stale (412).
    """
    person = await _owned(tx, caller, person_id)
    erasure = await protected.erasure_of(tx, caller, person_id, lock=True)
    if erasure is None:
        raise ErasureNotFound()
    if erasure.state != "proposed":
        raise ErasureDecided()
    if erasure.version != version:
        raise Stale()
    _refuse_alone(erasure, caller)
    erasure.decided_by, erasure.decided_officer = caller.client_id, caller.acting_officer
    if agree:
        await destroy(tx, person, erasure)
    else:
        erasure.state, erasure.decided_at = "refused", now(tx)
    erasure.version += 1
    return erasure


async def destroy(tx: AsyncSession, person: Person, erasure: Erasure) -> None:
    """Take back what the person allowed, end their needs and cases, destroy the keys; of all rows that were found to be this person.

    Emits ConsentWithdrawn, DisclosureClosed, NeedStateChanged for each need, HandOverEnded and CaseClosed for each case, and one
    PersonErased. Locks needs, persons, consents, then cases.
    """
    ids = sorted({person.id, *await linked(tx, person.id)})
    needs = await protected.locked_needs(tx, ids)
    for row in await protected.locked_persons(tx, ids):
        await _destroy_row(tx, row, [need for need in needs if need.person_id == row.id])
    erasure.state, erasure.decided_at = "done", now(tx)
    erasure.needs, erasure.awaited = [need.id for need in needs], list(REPORTING)
    emit(tx, PersonErased(erasure_id=erasure.id, operator_id=person.operator_id, needs=erasure.needs, erased_at=erasure.decided_at))
    await schedule(tx, OVERDUE, erasure.id, erasure.decided_at + REPORT_WITHIN)


async def _destroy_row(tx: AsyncSession, person: Person, needs: Sequence[Need]) -> None:
    """Do so for one row, unless its key is gone already."""
    key = await tx.get_one(DataKey, person.key_id, with_for_update={"key_share": True}, populate_existing=True)
    if key.wrapped is None:
        return
    consents = {consent.id: consent for consent in await protected.consents_of_person(tx, person.id)}
    for consent in consents.values():
        await _take_back(tx, consent)
    for need in needs:
        _end(tx, need, consents[need.consent_id])
    await ending.end_all(tx, person)
    await log_access(tx, "erasure", person_id=person.id, operator_id=person.operator_id)
    await _destroy_keys(tx, person, {need.key_id for need in needs} | {consent.key_id for consent in consents.values()})


async def report(tx: AsyncSession, service: str, event: ErasureReported) -> None:
    """Write down that a service's keys are gone; the event may name an erasure that a restored intake does not know."""
    erasure = await protected.locked_erasure(tx, event.erasure_id)
    if erasure is None or service not in erasure.awaited:
        return
    erasure.awaited = [name for name in erasure.awaited if name != service]
    erasure.version += 1
    tx.add(ErasureReport(
        erasure_id=erasure.id, service=service, operator_id=erasure.operator_id, keys_destroyed=event.keys_destroyed,
        reported_at=event.reported_at,
    ))  # fmt: skip


async def tell_overdue(tx: AsyncSession, erasure_id: UUID) -> None:
    """Tell the data-protection officer who has not reported; again each 72 hours until all have. Emits ErasureOverdue."""
    erasure = await protected.locked_erasure(tx, erasure_id)
    if erasure is None or not erasure.awaited or erasure.decided_at is None:
        return
    emit(tx, ErasureOverdue(
        erasure_id=erasure.id, operator_id=erasure.operator_id, awaited=erasure.awaited, asked_at=erasure.decided_at
    ))  # fmt: skip
    await schedule(tx, OVERDUE, erasure.id, now(tx) + REPORT_WITHIN)


def is_overdue(erasure: Erasure, tx: AsyncSession) -> bool:
    """Tell whether some service has been silent for 72 hours."""
    return bool(erasure.awaited) and erasure.decided_at is not None and now(tx) >= erasure.decided_at + REPORT_WITHIN


async def _owned(tx: AsyncSession, caller: Caller, person_id: UUID, *, lock: bool = False) -> Person:
    person = await protected.owned_person(tx, caller, person_id, lock=lock)
    if person is None:
        raise PersonNotFound()
    if not caller.roles & ASKERS:
        raise RoleNeeded()
    return person


def _refuse_alone(erasure: Erasure, caller: Caller) -> None:
    two = Hand.of(caller).is_another_than(Hand(erasure.asked_by, erasure.asked_officer))
    if not two or not (erasure.asked_as_dpo or DPO in caller.roles):
        raise SecondPersonNeeded()


async def _refuse_erased(tx: AsyncSession, person: Person) -> None:
    key = await tx.get(DataKey, person.key_id)
    if key is None or key.wrapped is None:
        raise ErasedBefore()


async def _take_back(tx: AsyncSession, consent: Consent) -> None:
    """Write the last revision while its key is there, and close what is open. Nobody decides for a child any more who is gone."""
    if consent.state in ("given", "awaited"):
        consent.state, consent.changed_at = "withdrawn", now(tx)
        await revisions.add_next(tx, consent, "withdrawn", ConsentDetails(how="erasure"))
    for disclosure in await store.open_disclosures(tx, consent.id):
        close(tx, disclosure, "erased")


def _end(tx: AsyncSession, need: Need, consent: Consent) -> None:
    """End a need whatever its state; referral, if it heard of it, ends its placement and referrals."""
    move(tx, need, Act.WITHDRAW, reason="erased")
    if need.announced_at is not None:
        emit(tx, ConsentWithdrawn(
            need_id=need.id, operator_id=need.operator_id, consent_id=consent.id, revision=consent.revision, withdrawn_at=now(tx)
        ))  # fmt: skip


async def _destroy_keys(tx: AsyncSession, person: Person, others: set[UUID]) -> None:
    """Destroy the keys, and the keyed hashes by which the person and their numbers are found."""
    await tx.flush()
    key_ids = sorted({person.key_id} | others)
    for forget in (_FORGET_MARKS, _FORGET_KEYS):
        await tx.execute(forget, {"person_id": person.id})
    await tx.execute(_FORGET_NUMBERS, {"person_id": person.id, "keys": key_ids})
    for key_id in key_ids:
        key = await tx.get_one(DataKey, key_id, with_for_update={"key_share": True}, populate_existing=True)
        key.wrapped, key.destroyed_at = None, key.destroyed_at or now(tx)
