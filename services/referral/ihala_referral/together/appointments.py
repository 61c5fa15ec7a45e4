"""Appointments of the receiver with the person: proposed by the receiver, confirmed by who knows the person, kept or not."""

from datetime import timedelta
from uuid import UUID

from ihala_contracts.referral_v1 import AppointmentChanged
from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing
from ihala_referral.errors import DateNotAllowed
from ihala_referral.guards import Situation
from ihala_referral.states import TAKEN, Party
from ihala_referral.tables import Appointment, Referral
from ihala_referral.together import ground, store
from ihala_referral.together.errors import AppointmentMoveNotAllowed, AppointmentNotFound, SaidByVoice
from ihala_referral.together.models import AppointmentAct, AppointmentIn

FARTHEST = timedelta(days=180)
OPEN = ("proposed", "confirmed")
PROVIDER, ASKING = ground.RECEIVER, ground.ASKING_SIDE
# Where each act leads from an open appointment, by whom. Whether the person came can be told only once it has begun.
MOVES: dict[AppointmentAct, tuple[str, frozenset[Party], tuple[str, ...]]] = {
    "confirm": ("confirmed", ASKING, ("proposed",)),
    "reschedule": ("proposed", PROVIDER, OPEN),
    "attend": ("attended", PROVIDER, OPEN),
    "miss": ("no_show", PROVIDER, OPEN),
    "cancel": ("cancelled", ground.BOTH_SIDES, OPEN),
}
ONCE_BEGUN = frozenset({"attend", "miss"})


async def propose(tx: AsyncSession, caller: Caller, referral_id: UUID, body: AppointmentIn) -> Appointment:
    """Propose a time to the person; emits AppointmentChanged. Raises what `ground.begin` does, DateNotAllowed (422), SaidByVoice (409)."""
    situation, referral, _ = await ground.begin(tx, caller, referral_id, PROVIDER, TAKEN)
    _check(situation, referral, body)
    row = Appointment(
        id=new_id(), referral_id=referral.id, operator_id=referral.operator_id, organization_id=referral.organization_id,
        state="proposed", starts_at=body.starts_at, ends_at=body.ends_at, place=body.place, proposed_at=situation.now,
        changed_at=situation.now,
    )  # fmt: skip
    tx.add(row)
    _tell(tx, situation, referral, row, Party.PROVIDER, "")
    return row


async def change(
    tx: AsyncSession, caller: Caller, referral_id: UUID, appointment_id: UUID, version: int, act: AppointmentAct,
    body: AppointmentIn | None = None,
) -> Appointment:  # fmt: skip
    """Do `act` with an appointment, with another time for `reschedule`; emits AppointmentChanged.

    Raises what `ground.begin` does, AppointmentNotFound (404), AppointmentMoveNotAllowed (409, with what the caller may do),
    Stale (412), DateNotAllowed (422).
    """
    situation, referral, party = await ground.begin(tx, caller, referral_id, MOVES[act][1], TAKEN)
    row = await store.appointment(tx, referral_id, appointment_id)
    if row is None:
        raise AppointmentNotFound()
    if act not in allowed(situation, row, party):
        raise AppointmentMoveNotAllowed(moves=allowed(situation, row, party))
    if row.version != version:
        raise Stale()
    if body is not None:
        _check(situation, referral, body)
        row.starts_at, row.ends_at, row.place = body.starts_at, body.ends_at, body.place
        row.moved, row.proposed_at = row.moved + 1, situation.now
    _move(tx, situation, referral, row, MOVES[act][0], party)
    return row


def allowed(situation: Situation, row: Appointment, party: Party) -> list[AppointmentAct]:
    """Return what this party may do with the appointment now."""
    begun = situation.now >= row.starts_at
    return [act for act, (_, by, states) in MOVES.items() if party in by and row.state in states and (begun or act not in ONCE_BEGUN)]


async def cancel_open(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    """Take back the appointments of a referral that ended, whoever ended it; emits AppointmentChanged for each."""
    for row in await store.open_appointments(tx, referral.id, OPEN):
        _move(tx, situation, referral, row, "cancelled", Party.SYSTEM)


def _move(tx: AsyncSession, situation: Situation, referral: Referral, row: Appointment, to: str, party: Party) -> None:
    before, row.state = row.state, to
    row.changed_at = situation.now
    row.version += 1
    _tell(tx, situation, referral, row, party, before)


def _check(situation: Situation, referral: Referral, body: AppointmentIn) -> None:
    if not situation.now < body.starts_at <= situation.now + FARTHEST:
        raise DateNotAllowed(pointer="#/starts_at", latest=situation.now + FARTHEST)
    if referral.restricted and body.place is not None:
        raise SaidByVoice(pointer="#/place")


def _tell(tx: AsyncSession, situation: Situation, referral: Referral, row: Appointment, party: Party, before: str) -> None:
    announcing.record(tx, situation, "appointment", party, before, row.state, referral=referral)
    announcing.moved(
        tx, situation, referral, AppointmentChanged, appointment_id=row.id, appointment_state=row.state, starts_at=row.starts_at
    )
