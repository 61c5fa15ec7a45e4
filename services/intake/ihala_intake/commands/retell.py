"""Telling referral again of a need whose place, urgency or person is another now."""

from collections.abc import Sequence

from ihala_contracts.intake_v1 import NeedChanged, Sensitivity, Urgency
from ihala_kit.db import now, seeing_all
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, needs, store
from ihala_intake.codes import Place
from ihala_intake.commands import revise
from ihala_intake.commands.announce import sealed_facts
from ihala_intake.commands.people import open_person
from ihala_intake.details import PersonDetails
from ihala_intake.emergencies import commands as emergencies
from ihala_intake.tables import Need


async def retell(tx: AsyncSession, need: Need, person: PersonDetails, place: Place | None = None, reason: str | None = None) -> None:
    """Raise a locked need's version, put it at `place` if that is another, and emit NeedChanged if referral knows of it.

    Raises NoDutyRoster (409) for an emergency that would come to a governorate where nobody of its operator is on duty.
    """
    if place is not None:
        if not await emergencies.may_go(tx, need, place.governorate):
            await emergencies.refuse_uncovered(tx, need.operator_id, place.governorate, need.code)
        need.governorate = place.governorate
        need.district = None if need.sensitivity == Sensitivity.RESTRICTED else place.district
    need.version, need.changed_at = need.version + 1, now(tx)
    if need.announced_at is not None:
        emit(tx, NeedChanged(
            need_id=need.id, operator_id=need.operator_id, urgency=Urgency(need.urgency), governorate=need.governorate,
            district=need.district, match_settled=need.match_settled, facts=await sealed_facts(tx, need, person),
            reason=reason, changed_at=need.changed_at, messages_wanted=need.messages_wanted,
        ))  # fmt: skip


async def retell_all(tx: AsyncSession, of_person: Sequence[Need], person: PersonDetails, place: Place | None = None) -> None:
    """Do the same for those of a person's locked needs for which a receiver may still be found. Raises NoDutyRoster (409)."""
    for need in of_person:
        if need.state in needs.CAN_BE_PLACED:
            await retell(tx, need, person, place)


async def retell_opened_again(tx: AsyncSession, need: Need) -> None:
    """Tell of a locked need that is open again what nobody was told while it counted as met; emits NeedChanged and NeedConsentChanged.

    Else a place would be sought where the person was then, under what they agreed to then. An emergency stays where somebody is on duty.
    """
    async with seeing_all(tx, "follow-up"):  # who hears a dispute need not see the consent, or the person
        person = await open_person(tx, await store.person(tx, need.person_id))
        [consent] = await store.consents(tx, {need.consent_id})
        place = codes.place(person.place) if person.place else None
        await retell(tx, need, person, place if place and await emergencies.may_go(tx, need, place.governorate) else None)
        await revise.tell(tx, need, consent)
