"""What the owning office does with a need: correct it, close it."""

from uuid import UUID

from ihala_contracts.intake_v1 import NeedClosed, NeedState, Urgency
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import needs, person_rules, store
from ihala_intake.commands import checks, under_age
from ihala_intake.commands.moves import move
from ihala_intake.commands.people import change_person, open_person
from ihala_intake.commands.read import owned_need
from ihala_intake.commands.retell import retell
from ihala_intake.details import PersonDetails
from ihala_intake.emergencies import commands as emergencies
from ihala_intake.errors import IdentityHeldByOrigin, NeedMoveNotAllowed, RoleNeeded
from ihala_intake.models.needs import ClosureIn, CorrectionIn
from ihala_intake.models.persons import Said
from ihala_intake.needs import Act, Impossible
from ihala_intake.tables import Need, Person


async def correct(tx: AsyncSession, caller: Caller, need_id: UUID, version: int, body: CorrectionIn) -> Need:
    """Correct a need, or its person and with them all of the person's open needs; emits NeedChanged for each that referral knows.

    Raises NeedNotFound (404), Stale (412), NeedMoveNotAllowed, NoDutyRoster (409), IdentityHeldByOrigin, UnknownPlace,
    MalformedRequest (422).
    """
    known = await owned_need(tx, caller, need_id)
    of_person = {need.id: need for need in await store.needs_of_person(tx, known.person_id)}
    need = of_person[need_id]
    _refuse(need, version)
    place = checks.checked_place(body.place, "#/place") if body.place else None
    person = await store.person(tx, need.person_id)
    details = await _corrected(tx, person, body)
    if body.urgency is Urgency.EMERGENCY and need.urgency != Urgency.EMERGENCY:
        await emergencies.refuse_uncovered(tx, need.operator_id, (place or need).governorate, need.code)
    need.urgency = (body.urgency or Urgency(need.urgency)).value
    need.messages_wanted = need.messages_wanted if body.messages_wanted is None else body.messages_wanted
    touches_all = place is not None or body.person is not None
    for one in of_person.values():
        if one is need or (touches_all and one.state in needs.CAN_BE_PLACED):
            await retell(tx, one, details, place, body.reason)
    return need


async def close(tx: AsyncSession, caller: Caller, need_id: UUID, version: int, body: ClosureIn) -> Need:
    """Close a need, as a coordinator; emits NeedClosed, if referral knows of it, and NeedStateChanged.

    Raises RoleNeeded (403), NeedNotFound (404), Stale (412), NeedMoveNotAllowed (409).
    """
    if "coordinator" not in caller.roles:
        raise RoleNeeded(roles=["coordinator"])
    await owned_need(tx, caller, need_id)
    need = await store.locked_need(tx, caller, need_id)
    assert need is not None, "it was there a moment ago, and needs are never deleted"
    if need.version != version:
        raise Stale()
    try:
        move(tx, need, Act.CLOSE, reason=body.reason)
    except Impossible:
        raise NeedMoveNotAllowed(moves=[]) from None
    if need.announced_at is not None:
        closed = NeedClosed(need_id=need.id, operator_id=need.operator_id, reason=body.reason, closed_at=need.changed_at)
        emit(tx, closed)
    return need


def _refuse(need: Need, version: int) -> None:
    if need.version != version:
        raise Stale()
    if NeedState(need.state) not in needs.CAN_BE_PLACED:
        raise NeedMoveNotAllowed(moves=["closure"] if need.state == NeedState.SERVED else [])


async def _corrected(tx: AsyncSession, person: Person, body: CorrectionIn) -> PersonDetails:
    """Return what is known of the person after the correction, stored if it is another."""
    details = await open_person(tx, person)
    said = body.person.model_dump(exclude_none=True) if body.person else {}
    if body.person:
        wanted = Said.model_validate(body.person.model_dump(include={"status", "birth_year", "birth_on"}))
        checks.check_said(wanted, now(tx), "#/person")
        if person.identity_held_by == "origin" and person_rules.names_somebody(wanted):
            raise IdentityHeldByOrigin(pointer="#/person")
    said |= {"place": body.place} if body.place else {}
    if person.sensitivity == "restricted":
        said.pop("household_size", None)
    if said:
        before, details = details, details.told(said)
        await change_person(tx, person, details, now(tx))
        await under_age.look(tx, person, before, details)
    return details
