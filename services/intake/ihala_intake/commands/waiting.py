"""What waits for a desk: an arrival that was announced, a person who asks to be called. It becomes a request, or is forgotten.

Whoever brings one may not see it, so the system writes it down; a desk of the operator completes it into a request of its own.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import ArrivalAnnounced, Sensitivity, WaitingEnded
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, caller_of, now
from ihala_kit.due import cancel, schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, keys, numbers
from ihala_intake.commands import checks, programme_plan_rows
from ihala_intake.commands.register import register
from ihala_intake.details import PersonDetails
from ihala_intake.errors import PersonErased, UnknownPlace
from ihala_intake.ledger import log_access
from ihala_intake.models.requests import Identifier, RequestIn, RequestView
from ihala_intake.models.waiting import ArrivalIn, EndIn, WaitingPerson, WaitingView
from ihala_intake.tables import DataKey, Person, Waiting
from ihala_intake.ways_in import waiting_store as store
from ihala_intake.ways_in.details import WaitingDetails
from ihala_intake.ways_in.errors import WaitsNoMore
from ihala_intake.ways_in.kinds import Kind
from ihala_intake.ways_in.policy import ARRIVAL_WAITS, CALL_BACK_WAITS, PHONE_KNOWN, TRIES

LAPSES = "waiting-lapses"
FORGET_PHONE = "forget-phone-of-call-back"
Ended = Literal["completed", "closed", "lapsed"]


async def announce(tx: AsyncSession, caller: Caller, body: ArrivalIn) -> None:
    """Write down who comes, once for each number of the announcer until it lapses; emits ArrivalAnnounced.

    Said again under its number in other words, it is corrected while it waits, and announced again. Afterwards the desk knows the person
    and what was announced is gone: nothing can be held against it, and the announcer is told nothing of that.
    Raises UnknownPlace, OperatorUnknown (422).
    """
    place = codes.place(body.governorate)
    if place is None or place.governorate != body.governorate:
        raise UnknownPlace(pointer="#/governorate")
    operator_id, said = await checks.operator_of(tx, caller), body.identifier
    mark = numbers.mark_of(tx, said.system, said.value) if said else None
    details = PersonDetails(**body.person.model_dump(), place=body.governorate)
    more = WaitingDetails(system=said.system if said else None, value=said.value if said else None, agreed_in=body.agreed_in)
    await act_for(tx, Caller.system("arrival"))
    if mark is not None:
        await numbers.hold(tx, caller.organization_id, [mark])
        before = await store.announced(tx, caller.organization_id, mark)
        if before is not None and before.state != "lapsed":
            if before.state == "waiting":
                await _correct(tx, before, details, more)
            return
        if before is not None:  # who did not come in all that time is expected once more
            before.mark = None
            await tx.flush()
    row = await keep(
        tx, Kind.ARRIVAL, details, more, operator_id=operator_id, governorate=place.governorate, mark=mark,
        announced_by=caller.organization_id, next_at=now(tx) + ARRIVAL_WAITS, lapses_at=now(tx) + ARRIVAL_WAITS,
    )  # fmt: skip
    _tell_arrival(tx, row)


async def _correct(tx: AsyncSession, row: Waiting, details: PersonDetails, more: WaitingDetails) -> None:
    """Put what is said now in the place of what was said of a locked arrival; the same words change nothing.

    It waits anew from now on, and a desk that read the words of before reads again first (412).
    """
    person = await tx.get_one(Person, row.person_id, with_for_update={"key_share": True})
    try:
        key = await keys.of(tx, row.person_id)
    except PersonErased:  # while they waited: then nothing of them is kept any more
        return
    known = key.open(PersonDetails, person.details, f"person.details/{person.id}")
    said_before = key.open(WaitingDetails, row.details, _about(row.id))
    if (known, said_before) == (details, more):
        return
    person.details, row.details = key.seal(details, f"person.details/{person.id}"), key.seal(more, _about(row.id))
    person.changed_at, person.version = now(tx), person.version + 1
    row.governorate = details.place or row.governorate
    row.changed_at, row.version, row.next_at = now(tx), row.version + 1, now(tx) + ARRIVAL_WAITS
    await schedule(tx, LAPSES, row.id, row.next_at)
    _tell_arrival(tx, row)


def _tell_arrival(tx: AsyncSession, row: Waiting) -> None:
    emit(tx, ArrivalAnnounced(
        arrival_id=row.id, operator_id=row.operator_id, governorate=row.governorate, announced_at=row.changed_at
    ))  # fmt: skip


async def keep(
    tx: AsyncSession, kind: Kind, details: PersonDetails, more: WaitingDetails, *, operator_id: UUID, governorate: str, mark: bytes | None,
    next_at: datetime, lapses_at: datetime, announced_by: UUID | None = None,
) -> Waiting:  # fmt: skip
    """Store one that waits, with a person of its own whom nothing finds; for the system."""
    waiting_id, person_id, at = new_id(), new_id(), now(tx)
    key = keys.make(tx, person_id)
    tx.add(Person(
        id=person_id, key_id=person_id, operator_id=operator_id, origin_id=operator_id, sensitivity=Sensitivity.STANDARD.value,
        identity_held_by="intake", details=key.seal(details, f"person.details/{person_id}"), made_at=at, changed_at=at, version=1,
    ))  # fmt: skip
    row = Waiting(
        id=waiting_id, kind=kind.value, operator_id=operator_id, announced_by=announced_by, governorate=governorate, person_id=person_id,
        mark=mark, details=key.seal(more, _about(waiting_id)), state="waiting", tries=0, received_at=at, next_at=next_at, changed_at=at,
        version=1,
    )  # fmt: skip
    tx.add(row)
    await schedule(tx, LAPSES, waiting_id, lapses_at)
    return row


async def show(tx: AsyncSession, caller: Caller, kind: Kind, waiting_id: UUID) -> WaitingView:
    """Return one with its person; logged with that person. Raises what `kind` calls not found (404)."""
    row = await store.waiting_of(tx, caller, kind, waiting_id)
    if row is None:
        raise kind.not_found()
    person = await tx.get_one(Person, row.person_id)
    try:
        key = await keys.of(tx, row.person_id)
    except PersonErased:
        return WaitingView.model_validate(row.model_dump() | {"person": None, "identifier": None, "agreed_in": None})
    details = key.open(PersonDetails, person.details, f"person.details/{person.id}")
    more = key.open(WaitingDetails, row.details, _about(row.id))
    await log_access(tx, row.kind, person_id=person.id, operator_id=row.operator_id, categories=["identity", "contact"])
    number = Identifier(system=more.system, value=more.value) if more.system and more.value else None
    shown = {"person": WaitingPerson.model_validate(details.model_dump()), "identifier": number, "agreed_in": more.agreed_in}
    return WaitingView.model_validate(row.model_dump() | shown)


async def complete(tx: AsyncSession, caller: Caller, kind: Kind, waiting_id: UUID, version: int, body: RequestIn) -> RequestView:
    """Make a request of it, with the consent that the desk asked for; what was left before is destroyed; emits WaitingEnded.

    Raises what `kind` calls not found (404), Stale (412), WaitsNoMore (409), and what `register` raises.
    """
    row = await _locked(tx, caller, kind, waiting_id, version)
    view = await register(tx, caller, body)
    row.request_id = view.request_id
    await _end(tx, row, "completed", None)
    return view


async def close(tx: AsyncSession, caller: Caller, kind: Kind, waiting_id: UUID, version: int, body: EndIn) -> Waiting:
    """Forget it for a reason; emits WaitingEnded. Raises as `complete` does."""
    row = await _locked(tx, caller, kind, waiting_id, version)
    await _end(tx, row, "closed", body.reason)
    return row


async def tried(tx: AsyncSession, caller: Caller, waiting_id: UUID, version: int, again_at: datetime) -> Waiting:
    """Write down a call without an answer; the third one ends it, with WaitingEnded. Raises as `complete` does, MalformedRequest."""
    row = await _locked(tx, caller, Kind.CALL_BACK, waiting_id, version)
    if not now(tx) < again_at <= now(tx) + CALL_BACK_WAITS:
        raise checks.malformed("#/again_at", "out_of_range")
    row.tries += 1
    if row.tries >= TRIES:
        await _end(tx, row, "lapsed", "unreached")
    else:
        row.next_at, row.changed_at, row.version = again_at, now(tx), row.version + 1
    return row


async def lapse(tx: AsyncSession, waiting_id: UUID) -> None:
    """Nobody came, or could be called, in all the time there was."""
    row = await store.locked_waiting(tx, waiting_id)
    if row is not None and row.state == "waiting":
        await _end(tx, row, "lapsed", "time_over")


async def forget_phone(tx: AsyncSession, waiting_id: UUID) -> None:
    """Forget the keyed hash of a phone from which somebody asked to be called: who has the key could try every number on it."""
    row = await store.locked_waiting(tx, waiting_id)
    if row is not None and row.state != "waiting":
        row.mark = None


async def _locked(tx: AsyncSession, caller: Caller, kind: Kind, waiting_id: UUID, version: int) -> Waiting:
    row = await store.waiting_of(tx, caller, kind, waiting_id, lock=True)
    if row is None:
        raise kind.not_found()
    if row.version != version:
        raise Stale()
    if row.state != "waiting":
        raise WaitsNoMore()
    return row


async def _end(tx: AsyncSession, row: Waiting, state: Ended, reason: str | None) -> None:
    row.state, row.reason, row.next_at, row.changed_at, row.version = state, reason, None, now(tx), row.version + 1
    if row.kind == Kind.ARRIVAL:
        await programme_plan_rows.follow_arrival(tx, caller_of(tx), row)
    key = await tx.get_one(DataKey, row.person_id)
    key.wrapped, key.destroyed_at = None, now(tx)
    await cancel(tx, LAPSES, row.id)
    if row.kind == Kind.CALL_BACK:
        await schedule(tx, FORGET_PHONE, row.id, max(row.received_at + PHONE_KNOWN, now(tx)))
    emit(tx, WaitingEnded(waiting_id=row.id, operator_id=row.operator_id, state=state, ended_at=row.changed_at))


def _about(waiting_id: UUID) -> str:
    return f"waiting.details/{waiting_id}"
