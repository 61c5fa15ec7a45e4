"""Telling referral again of a need whose place, urgency or person is another now."""

from collections.abc import Sequence

from ihala_contracts.intake_v1 import NeedChanged, Sensitivity, Urgency
from ihala_kit.db import now
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import needs
from ihala_intake.codes import Place
from ihala_intake.commands.announce import sealed_facts
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
