"""A person asks to be called, from a public page: the answer is the same whoever asks and whatever is known of the number."""

from datetime import datetime
from uuid import UUID

from ihala_contracts.intake_v1 import CallBackAsked
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, now
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, numbers
from ihala_intake.commands import checks
from ihala_intake.commands.waiting import keep
from ihala_intake.details import Hours, PersonDetails, Phone
from ihala_intake.models.waiting import CallBackIn
from ihala_intake.settings import Settings
from ihala_intake.ways_in import waiting_store as store
from ihala_intake.ways_in.details import WaitingDetails
from ihala_intake.ways_in.errors import NoDeskThere, TooManyAsk
from ihala_intake.ways_in.kinds import Kind
from ihala_intake.ways_in.policy import ASKED_KEPT, ASKING_A_DAY, ASKING_A_MINUTE, CALL_BACK_WAITS, CALL_BY, PHONE_KNOWN

ANYWHERE = "*"
_OF_NOBODY = UUID(int=0)


async def ask(tx: AsyncSession, body: CallBackIn) -> None:
    """Write down who asks to be called; emits CallBackAsked. A phone that waits already, or asks too often, changes nothing.

    The person is nobody to us yet, so the system writes. Raises UnknownPlace, NoDeskThere (422), TooManyAsk (429).
    """
    governorate = checks.checked_place(body.place, "#/place").governorate
    await act_for(tx, Caller.system("call-back"))
    operator_id = await _desk_of(tx, governorate)
    await _hold_back(tx, governorate)
    mark = keys.blind(tx, body.number, "call-back")
    await numbers.hold(tx, _OF_NOBODY, [mark])
    times, waits = await store.times_asked(tx, mark, now(tx) - PHONE_KNOWN)
    if not waits and times < ASKING_A_DAY:
        await _keep(tx, body, operator_id, governorate, mark)


async def _keep(tx: AsyncSession, body: CallBackIn, operator_id: UUID, governorate: str, mark: bytes) -> None:
    row = await keep(
        tx, Kind.CALL_BACK, _details(body), WaitingDetails(), operator_id=operator_id, governorate=governorate, mark=mark,
        next_at=now(tx) + CALL_BY, lapses_at=now(tx) + CALL_BACK_WAITS,
    )  # fmt: skip
    emit(tx, CallBackAsked(call_back_id=row.id, operator_id=operator_id, governorate=governorate, call_by=now(tx) + CALL_BY))


def _details(body: CallBackIn) -> PersonDetails:
    """Nothing but a call was agreed to: no text is sent to this phone."""
    hours = [Hours(**one.model_dump()) for one in body.hours]
    phone = Phone(
        number=body.number, safe_to_call=True, safe_to_message=False, shared=body.shared, owner="shared" if body.shared else "unknown",
        hours=hours,
    )  # fmt: skip
    return PersonDetails(
        call_name=body.call_name, place=body.place, phones=[phone], language_spoken=body.language_spoken,
        language_written=body.language_written,
    )  # fmt: skip


async def _desk_of(tx: AsyncSession, governorate: str) -> UUID:
    """Return the operator whose page serves the governorate: as the settings say, else the only one there is."""
    settings: Settings = tx.info["service"]
    desk = settings.desks.get(governorate) or settings.desks.get(ANYWHERE)
    if desk is not None:
        return desk
    operators = await store.active_operators(tx)
    if settings.desks or len(operators) != 1:
        raise NoDeskThere(pointer="#/place")
    return operators[0]


async def _hold_back(tx: AsyncSession, governorate: str) -> None:
    minute = _minute(now(tx))
    asked = await store.count_asking(tx, governorate, minute)
    if asked > ASKING_A_MINUTE:
        raise TooManyAsk(headers={"Retry-After": "60"})
    if asked == 1:
        await store.forget_asking(tx, minute - ASKED_KEPT)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
