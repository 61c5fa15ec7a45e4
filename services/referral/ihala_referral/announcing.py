"""Events of a move, with what all of them say."""

from collections.abc import Sequence
from typing import Any

from ihala_contracts import referral_v1 as v1
from ihala_contracts.envelope import Event
from ihala_kit.auth import Caller
from ihala_kit.db import caller_of
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.competence import MOI_KINDS
from ihala_referral.guards import Situation
from ihala_referral.near import Near
from ihala_referral.states import Party
from ihala_referral.statistics import noting
from ihala_referral.tables import DutyShift, Movement, Referral


def moved(tx: AsyncSession, situation: Situation, referral: Referral, kind: type[Event], **more: Any) -> None:
    """Emit a move of a referral, as it stands after it."""
    emit(
        tx,
        kind(
            need_id=referral.need_id, placement_id=referral.placement_id, referral_id=referral.id,
            organization_id=referral.organization_id, origin_id=referral.origin_id, operator_id=referral.operator_id,
            restricted=referral.restricted, reservation_id=referral.reservation_id, attempt=referral.attempt,
            state=referral.state.value, referral_version=referral.version, moved_at=situation.now, **more,
        ),
    )  # fmt: skip
    noting.moved(tx, situation.placement, referral, kind, situation.now, more)


def deadlines(referral: Referral) -> v1.Deadlines:
    """Return when what is due."""
    return v1.Deadlines(
        acknowledge_by=referral.acknowledge_by, decide_by=referral.decide_by, expires_at=referral.expires_at,
        first_contact_by=referral.first_contact_by,
    )  # fmt: skip


def missed(tx: AsyncSession, situation: Situation, deadline: str, referral: Referral | None = None) -> None:
    """Emit DeadlineMissed: of a referral, or of the placement itself."""
    placement = situation.placement
    emit(
        tx,
        v1.DeadlineMissed(
            need_id=placement.need_id, placement_id=placement.id, operator_id=placement.operator_id, deadline=deadline,
            referral_id=referral.id if referral else None, organization_id=referral.organization_id if referral else None,
            missed_at=situation.now,
        ),
    )  # fmt: skip


def near(tx: AsyncSession, situation: Situation, one: Near, to: list[str], referral: Referral) -> None:
    """Emit DeadlineNear: whoever must act still can."""
    placement = situation.placement
    emit(
        tx,
        v1.DeadlineNear(
            need_id=placement.need_id, placement_id=placement.id, operator_id=placement.operator_id, referral_id=referral.id,
            organization_id=referral.organization_id, deadline=one.deadline, to=to, due_at=one.due_at, told_at=situation.now,
        ),
    )  # fmt: skip


def escalated(
    tx: AsyncSession, situation: Situation, level: int, to: list[str], referral: Referral | None = None, duty: Sequence[DutyShift] = ()
) -> None:
    """Emit Escalated: of a referral, or of the placement itself; of an emergency with the shifts that it falls on."""
    placement = situation.placement
    emit(
        tx,
        v1.Escalated(
            need_id=placement.need_id, placement_id=placement.id, operator_id=placement.operator_id, level=level, to=to,
            referral_id=referral.id if referral else None, organization_id=referral.organization_id if referral else None,
            duty_shift_ids=[shift.id for shift in duty], escalated_at=situation.now,
        ),
    )  # fmt: skip


def record(
    tx: AsyncSession, situation: Situation, act: str, party: Party, before: str, after: str, *,
    referral: Referral | None = None, reason: str | None = None,
) -> None:  # fmt: skip
    """Write the audit of a move: who, as whom, from where to where."""
    caller: Caller = caller_of(tx)
    placement = situation.placement
    tx.add(
        Movement(
            id=new_id(), operator_id=placement.operator_id, placement_id=placement.id, referral_id=referral.id if referral else None,
            at=situation.now, act=act, party=party, before=before, after=after, reason=reason,
            organization_id=None if caller.is_system else caller.organization_id, client_id=caller.client_id,
            acting_officer=caller.acting_officer, version=(referral or placement).version,
            receiver_id=referral.organization_id if referral else None,
            origin_id=referral.origin_id if referral and referral.origin_kind not in MOI_KINDS else None,
        )
    )  # fmt: skip
