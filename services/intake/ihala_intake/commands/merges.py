"""Deciding that two persons are one, or not, and taking it back.

Nothing is moved: each person keeps cases, references and what their sender gave, so that no provider or origin ever gets what another
gave, and so that undoing is exact. The operator sees both as one. Locks: needs by id, persons by id, then the pair.
"""

from uuid import UUID

from ihala_contracts.intake_v1 import NeedChanged, PersonMerged, PersonMergeUndone, Urgency
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, needs, people_store
from ihala_intake.commands import doubled
from ihala_intake.commands.people import open_person
from ihala_intake.commands.persons import record_of
from ihala_intake.consent_rules import Category
from ihala_intake.ledger import Read, log_accesses
from ihala_intake.models.merges import CaseReference, DecisionIn, MergeIn, MergeView, Side
from ihala_intake.people_errors import PersonNotFound
from ihala_intake.same_person import store
from ihala_intake.same_person.errors import (
    AlreadyMerged,
    CandidateDecided,
    CandidateNotFound,
    MergeNotFound,
    MergeNotPossible,
    MergeUndone,
)
from ihala_intake.tables import CaseFile, MatchCandidate, Merge, Need, Person


async def sides(tx: AsyncSession, caller: Caller, candidate: MatchCandidate) -> list[Side]:
    """Return the two beside each other, and log with both that they were read. Raises CandidateNotFound (404), PersonErased (410)."""
    found, reads = [], []
    for person_id in (candidate.person_a, candidate.person_b):
        person = await _ordinary(tx, caller, person_id)
        if person is None:
            raise CandidateNotFound()
        record = record_of(person, await open_person(tx, person))
        cases = [_reference(case) for case in await store.cases_of(tx, caller, [person.id])]
        found.append(Side(person=record, origin_id=person.origin_id, cases=cases))
        reads.append(Read("match", person.id, person.operator_id, categories=list(Category)))
    await log_accesses(tx, reads)
    return found


async def decide(tx: AsyncSession, caller: Caller, candidate_id: UUID, version: int, body: DecisionIn) -> MatchCandidate:
    """Write down whether a pair is one person; emits PersonMerged if so, and NeedChanged for needs that waited for it.

    Raises CandidateNotFound (404), Stale (412), CandidateDecided, AlreadyMerged (409), PersonNotFound (404), PersonErased (410).
    """
    known = await store.candidate_of(tx, caller, candidate_id)
    if known is None:
        raise CandidateNotFound()
    pair = [known.person_a, known.person_b]
    waiting, persons = await _locked(tx, caller, pair)
    candidate = await store.candidate_of(tx, caller, candidate_id, lock=True)
    assert candidate is not None, "it was there a moment ago, and pairs are never deleted"
    if candidate.version != version:
        raise Stale()
    if candidate.state != "open":
        raise CandidateDecided()
    if body.kept_id is not None and body.kept_id not in pair:
        raise PersonNotFound(pointer="#/kept_id")
    _close(tx, caller, candidate, "same" if body.same else "different")
    if body.same:
        kept = body.kept_id or min(persons, key=lambda person: (person.made_at, person.id)).id
        await _merge(tx, caller, persons, kept)
    await _settle(tx, waiting)
    return candidate


async def merge(tx: AsyncSession, caller: Caller, body: MergeIn) -> Merge:
    """Write down that two persons are one; emits PersonMerged, and NeedChanged for needs that waited for it.

    Raises PersonNotFound (404, also for anybody of a restricted case), AlreadyMerged, MergeNotPossible (409), PersonErased (410).
    """
    waiting, persons = await _locked(tx, caller, [body.kept_id, body.merged_id])
    made = await _merge(tx, caller, persons, body.kept_id)
    candidate = await store.candidate_between(tx, caller, body.kept_id, body.merged_id)
    if candidate is not None:
        _close(tx, caller, candidate, "same")
    await _settle(tx, waiting)
    return made


async def undo(tx: AsyncSession, caller: Caller, merge_id: UUID, version: int) -> Merge:
    """Take a merge back: the two are told apart from now on, and not proposed again; emits PersonMergeUndone.

    Also when one of them has gone to another operator: then nobody else could, and erasing would go on taking them for one.

    Raises MergeNotFound (404), Stale (412), MergeUndone (409).
    """
    known = await store.merge_of(tx, caller, merge_id)
    if known is None:
        raise MergeNotFound()
    for person_id in sorted([known.kept_id, known.merged_id]):
        await _ordinary(tx, caller, person_id, lock=True)
    made = await store.merge_of(tx, caller, merge_id, lock=True)
    assert made is not None, "it was there a moment ago, and merges are never deleted"
    if made.state == "undone":
        raise MergeUndone()
    if made.version != version:
        raise Stale()
    made.state, made.undone_at, made.version = "undone", now(tx), made.version + 1
    candidate = await store.candidate_between(tx, caller, made.kept_id, made.merged_id)
    if candidate is not None:
        _close(tx, caller, candidate, "different")
    emit(tx, PersonMergeUndone(
        person_id=made.kept_id, merged_id=made.merged_id, merge_id=made.id, operator_id=made.operator_id, undone_at=now(tx)
    ))  # fmt: skip
    return made


async def settle(tx: AsyncSession, person_id: UUID) -> None:
    """Let a person's needs go on whom nobody doubts any more; emits NeedChanged. For the clock."""
    await _settle(tx, list(await people_store.locked_needs(tx, [person_id])))


async def view(tx: AsyncSession, caller: Caller, made: Merge) -> MergeView:
    """Return a merge with the cases of both."""
    cases = await store.cases_of(tx, caller, [made.kept_id, made.merged_id])
    return MergeView.model_validate(made.model_dump() | {"merge_id": made.id, "cases": [_reference(case) for case in cases]})


def _reference(case: CaseFile) -> CaseReference:
    return CaseReference(case_id=case.id, reference=case.reference, origin_id=case.origin_id, state=case.state)


async def _ordinary(tx: AsyncSession, caller: Caller, person_id: UUID, *, lock: bool = False) -> Person | None:
    """Return a person of the caller's; nobody of a restricted case is ever there, also not for the cleared."""
    person = await people_store.person_of(tx, caller, person_id, lock=lock)
    return person if person is not None and person.sensitivity == "standard" else None


async def _locked(tx: AsyncSession, caller: Caller, person_ids: list[UUID]) -> tuple[list[Need], list[Person]]:
    """Return the two and their needs, locked in the one order. Raises PersonNotFound (404)."""
    for person_id in person_ids:
        if await _ordinary(tx, caller, person_id) is None:
            raise PersonNotFound()
    waiting = list(await people_store.locked_needs(tx, person_ids))
    found = [await _ordinary(tx, caller, person_id, lock=True) for person_id in sorted(person_ids)]
    return waiting, [person for person in found if person is not None]


async def _merge(tx: AsyncSession, caller: Caller, persons: list[Person], kept_id: UUID) -> Merge:
    if await store.merged_already(tx, [person.id for person in persons]):
        raise AlreadyMerged()
    if any(person.identity_held_by == "origin" for person in persons):
        raise MergeNotPossible()
    for person in persons:
        await keys.of(tx, person.key_id)  # an erased person is nobody any more
    [merged] = [person for person in persons if person.id != kept_id]
    made = Merge(
        id=new_id(), operator_id=merged.operator_id, kept_id=kept_id, merged_id=merged.id, state="done", made_at=now(tx),
        client_id=caller.client_id, acting_officer=caller.acting_officer, version=1,
    )  # fmt: skip
    tx.add(made)
    await schedule(tx, doubled.LOOK_AGAIN, merged.id, made.made_at)
    emit(tx, PersonMerged(
        person_id=kept_id, merged_id=merged.id, merge_id=made.id, operator_id=made.operator_id, merged_at=made.made_at
    ))  # fmt: skip
    return made


def _close(tx: AsyncSession, caller: Caller, candidate: MatchCandidate, state: str) -> None:
    candidate.state, candidate.decided_at, candidate.version = state, now(tx), candidate.version + 1
    candidate.client_id, candidate.acting_officer = caller.client_id, caller.acting_officer


async def _settle(tx: AsyncSession, waiting: list[Need]) -> None:
    """Let those needs go on that waited for a decision, unless their person is doubted still; emits NeedChanged, its facts as before."""
    await tx.flush()
    doubted = await store.doubted(tx, {need.person_id for need in waiting})
    for need in waiting:
        if need.match_settled or need.person_id in doubted:
            continue
        need.match_settled, need.version, need.changed_at = True, need.version + 1, now(tx)
        if need.announced_at is not None and need.state in needs.CAN_BE_PLACED:
            emit(tx, NeedChanged(
                need_id=need.id, operator_id=need.operator_id, urgency=Urgency(need.urgency), governorate=need.governorate,
                district=need.district, match_settled=True, changed_at=need.changed_at, messages_wanted=need.messages_wanted,
            ))  # fmt: skip
