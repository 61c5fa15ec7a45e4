"""What becomes of a case when another operator takes it: it moves with its history, or a new one is opened without."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from ihala_contracts.intake_v1 import CaseMoved, CaseOpened, NeedChanged, NeedClosed, NeedState, Sensitivity, Urgency
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, now
from ihala_kit.due import schedule
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, needs, people_store, references
from ihala_intake.casework import moving, store
from ihala_intake.casework.errors import CaseUnfinished
from ihala_intake.casework.rules import Step
from ihala_intake.commands import cases, parting
from ihala_intake.commands.announce import sealed_facts
from ihala_intake.commands.case_steps import write_step
from ihala_intake.commands.filing_parts import Owners
from ihala_intake.commands.known import marks_of
from ihala_intake.commands.moves import move
from ihala_intake.commands.people import LOOK_AGAIN, add_person, open_person
from ihala_intake.details import PersonDetails
from ihala_intake.needs import Act
from ihala_intake.tables import CaseFile, HandOver, Need, Person, Request
from ihala_intake.ways_in.store import remember

_CANCEL = text("""
    UPDATE appointment SET state = 'cancelled', reason = 'handed_over', recorded_at = :at, version = version + 1
    WHERE state = 'planned' AND case_id = ANY(:cases)
""")
# What a new case without history knows: who the person is, and how to reach and speak to them, or how and through whom not.
CARRIED = frozenset({
    "call_name", "given_name", "father_name", "grandfather_name", "family_name", "mother_name", "transliteration", "sex", "birth_year",
    "birth_on", "place", "language_spoken", "also_speaks", "language_written", "reads", "phones", "other_ways", "trusted_contact",
    "guardian", "messages_stopped", "focal_point",
})  # fmt: skip


@asynccontextmanager
async def as_system(tx: AsyncSession, caller: Caller) -> AsyncIterator[None]:
    """Do a part as the system, and write its rows before the caller's own rights hold again. Steps still name the caller."""
    await tx.flush()
    await act_for(tx, Caller.system("hand-over"))
    tx.info["caller"] = caller
    yield
    await tx.flush()
    await act_for(tx, caller)


async def locked_file(tx: AsyncSession, case_id: UUID) -> CaseFile:
    """Return an offered case, locked after the household of its person and all their needs, with their other cases."""
    person_id = (await tx.get_one(CaseFile, case_id)).person_id
    await parting.lock_household(tx, person_id)
    await people_store.locked_needs(tx, [person_id])
    return next(case for case in await store.locked_cases_of(tx, person_id) if case.id == case_id)


async def with_history(tx: AsyncSession, case: CaseFile, hand_over: HandOver, caller: Caller) -> None:
    """Move all files of the person; emits CaseMoved for each, and NeedChanged for each need that others know. Raises CaseUnfinished (409).

    While a receiver is asked or at work they stay: they were told of it by the operator that has them; and while another is offered, too.
    """
    found, files = await people_store.locked_needs(tx, [case.person_id]), await store.locked_cases_of(tx, case.person_id)
    busy = [need for need in found if need.state == NeedState.REFERRING]
    elsewhere = [other for other in files if other is not case and await store.offered(tx, other.id)]
    if busy or elsewhere:
        raise CaseUnfinished(needs=len(busy), hand_over=True)
    before = case.operator_id
    await tx.execute(_CANCEL, {"cases": [one.id for one in files], "at": now(tx)})
    await tx.flush()
    home = await parting.home_of(tx, case.person_id)
    about = {"person_id": case.person_id, "household_id": home.moves_with, "before": before, "after": hand_over.to_operator_id}
    for statement in (moving.KNOWN_THERE, *moving.moved().values()):
        await tx.execute(text(statement), {name: value for name, value in about.items() if f":{name}" in statement})
    await parting.settle_apart(tx, home, before, hand_over.to_operator_id)
    for row in (*files, *found):
        await tx.refresh(row)
    await parting.end_doubts(tx, before, home.goes)
    for need in found:
        need.match_settled = True  # what was doubted, the operator of before doubted; whoever takes the case looks anew
    hand_over.new_case_id = case.id
    for one in files:
        await _settle(tx, one, hand_over, before)
    await _tell(tx, case, [need for need in found if need.announced_at])


async def _settle(tx: AsyncSession, case: CaseFile, hand_over: HandOver, before: UUID) -> None:
    """Give a case that has moved to the office it was asked for, where nobody has it yet."""
    case.office_id, case.officer, case.version = hand_over.to_office_id, None, case.version + 1
    case.closing_reason = case.closing_by = None
    await write_step(tx, case, Step.HANDED_OVER)
    emit(tx, CaseMoved(
        case_id=case.id, operator_id=case.operator_id, from_operator_id=before, office_id=case.office_id, to="operator",
        sensitivity=Sensitivity(case.sensitivity), moved_at=now(tx),
    ))  # fmt: skip


async def without_history(tx: AsyncSession, case: CaseFile, hand_over: HandOver, caller: Caller) -> None:
    """Open a new case with the identity and contact alone, and close the old one with its needs.

    Emits CaseOpened, NeedClosed, CaseClosed. Raises PersonErased (410).
    """
    row = await tx.get_one(Person, case.person_id)
    known = await open_person(tx, row)
    await tx.execute(_CANCEL, {"cases": [case.id], "at": now(tx)})
    hand_over.new_case_id = await _open_new(tx, case, hand_over, caller, known, row.identity_held_by)
    for need in await store.locked_needs_of_case(tx, case.id):
        if NeedState(need.state) in needs.UNFINISHED:
            move(tx, need, Act.CLOSE, reason="handed_over")
            if need.announced_at is not None:
                emit(tx, NeedClosed(need_id=need.id, operator_id=need.operator_id, reason="handed_over", closed_at=need.changed_at))
    case.version += 1
    await cases.end(tx, case, "handed_over")


async def _open_new(
    tx: AsyncSession, old: CaseFile, hand_over: HandOver, caller: Caller, known: PersonDetails, held_by: str
) -> UUID:  # fmt: skip
    """Store the new case with a person of its own, under a key of its own."""
    case_id, person_id, request_id, at = new_id(), new_id(), new_id(), now(tx)
    owners = Owners(operator_id=hand_over.to_operator_id, origin_id=hand_over.to_operator_id)
    prefix = old.reference.split("-")[0]
    names = await references.take(tx, prefix, {case_id: "case", request_id: "request"})
    key = keys.make(tx, case_id if old.sensitivity == "restricted" else person_id)
    details = PersonDetails(**known.model_dump(include=set(CARRIED)))
    add_person(tx, person_id, key, details, sensitivity=old.sensitivity, held_by=held_by, **owners)
    if old.sensitivity != "restricted":
        await remember(tx, person_id, owners["origin_id"], owners["operator_id"], marks_of(tx, details, held_by))
        await schedule(tx, LOOK_AGAIN, person_id, at)
    tx.add(Request(
        id=request_id, reference=names[request_id], key_id=key.id, origin_kind="operator", office_id=hand_over.to_office_id,
        client_id=caller.client_id, acting_officer=caller.acting_officer, received_at=at, **owners,
    ))  # fmt: skip
    case = CaseFile(
        id=case_id, reference=names[case_id], office_id=hand_over.to_office_id, request_id=request_id, person_id=person_id,
        sensitivity=old.sensitivity, state="open", opened_at=at, version=1, **owners,
    )  # fmt: skip
    tx.add(case)
    await tx.flush()
    await write_step(tx, case, Step.OPENED_FROM)
    emit(tx, CaseOpened(
        case_id=case_id, operator_id=case.operator_id, office_id=case.office_id, sensitivity=Sensitivity(case.sensitivity), opened_at=at,
    ))  # fmt: skip
    return case_id


async def _tell(tx: AsyncSession, case: CaseFile, found: list[Need]) -> None:
    """Say for each need, in its own order of events, that another operator has it; a finished one says no more than that.

    Finished ones, too: the operator of before would read on what was tried for them, and hear it if the person disputes that help came.
    """
    person, at = await open_person(tx, await tx.get_one(Person, case.person_id)), now(tx)
    for need in found:
        unfinished = NeedState(need.state) in needs.UNFINISHED
        if unfinished:
            need.version, need.changed_at = need.version + 1, at
        emit(tx, NeedChanged(
            need_id=need.id, operator_id=need.operator_id, urgency=Urgency(need.urgency), governorate=need.governorate,
            district=need.district, match_settled=need.match_settled, changed_at=at, messages_wanted=need.messages_wanted,
            facts=await sealed_facts(tx, need, person) if unfinished else None,
        ))  # fmt: skip
