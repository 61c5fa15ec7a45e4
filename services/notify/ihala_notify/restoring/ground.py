"""What own events that are applied again stand on: the need as it was then, and the event whose news a message was.

What intake and referral said since the backup is recalled for that: NeedChanged, and all that people are told of.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import Envelope, Event
from ihala_contracts.intake_v1 import NeedChanged, NeedIdentified, Sensitivity
from ihala_kit.db import fetch
from ihala_kit.reapplying import NotRestored, recall
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.telling import TELLING, template_for

RECALLED: tuple[type[Event], ...] = (NeedChanged, *TELLING)
CLOCKS_DIFFER = timedelta(seconds=1)

_NEED = "SELECT operator_id, sensitivity, urgency, ended, erased FROM need WHERE need_id = $1 AND known"
_EARLY = "SELECT envelope, data FROM early_event WHERE need_id = $1"
_TOLD = "SELECT event_id FROM message WHERE need_id = $1 AND template = $2"


class NeedMissing(NotRestored):
    """The need of an own event is known neither here nor from intake since the backup."""


@dataclass(frozen=True, slots=True)
class NeedThen:
    """A need as it was at an instant, as far as that is known; `ended` and `erased` as the backup has it."""

    need_id: UUID
    operator_id: UUID
    sensitivity: Sensitivity
    urgency: str | None
    ended: bool = False
    erased: bool = False


async def need_at(tx: AsyncSession, need_id: UUID, at: datetime) -> NeedThen:
    """Return a need as it was then (real time): as in the backup, with what intake said from there to then. Raises NeedMissing."""
    rows = await fetch(tx, _NEED, need_id)
    announced = recall(tx, NeedIdentified, need_id)
    if rows:
        copy = dict(rows[0])
        found = NeedThen(**copy | {"need_id": need_id, "sensitivity": Sensitivity(copy["sensitivity"])})
    elif announced:
        found = NeedThen(need_id, announced[0].operator_id, announced[0].sensitivity, announced[0].urgency)
    else:
        raise NeedMissing(f"need {need_id} is known neither here nor from intake")
    changes = [one for one in recall(tx, NeedChanged, need_id) if _when(one) <= at]
    if not changes:
        return found
    return replace(found, operator_id=changes[-1].operator_id, urgency=changes[-1].urgency)


async def told_by(tx: AsyncSession, need: NeedThen, event_id: UUID | None, template: str, at: datetime) -> Event | None:
    """Return the event whose news a message was that was queued at an instant (real time); None for one by hand.

    Where that was not said (a release of before told how it ended), it is the last until then that people hear of by this template, and of
    which no message is known.
    """
    said = {one.envelope.id: one for model in TELLING for one in recall(tx, model, need.need_id)} | await _early(tx, need.need_id)
    if event_id is not None:
        return said.get(event_id)
    told = {row["event_id"] for row in await fetch(tx, _TOLD, need.need_id, template)}
    left = [one for one in said.values() if one.envelope.id not in told and _when(one) <= at + CLOCKS_DIFFER]
    return max((one for one in left if template_for(one, need.sensitivity, wanted=True) == template), key=_when, default=None)


def made_at(message_id: UUID) -> datetime:
    """Return when a message was queued, as its id says it (real time)."""
    return datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)


async def _early(tx: AsyncSession, need_id: UUID) -> dict[UUID, Event]:
    """Return what lay in the backup until its need would be known: nobody says it again."""
    found = {}
    for row in await fetch(tx, _EARLY, need_id):
        envelope = Envelope.model_validate(row["envelope"])
        found[envelope.id] = BY_TYPE[envelope.type, envelope.version].model_validate(row["data"]).received(envelope)
    return found


def _when(event: Event) -> datetime:
    return event.envelope.time
