"""What coordinators must look at: opened by the moves, closed when what it is about has moved on. One open item a kind and a need."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.db import now
from ihala_kit.ids import new_id
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.clock import What
from ihala_referral.guards import Situation
from ihala_referral.parties import acting_origin
from ihala_referral.tables import DutyShift, Placement, Referral, WorkItem

TRIAGE = "triage"
PLACEMENT_UNANSWERED = "placement_unanswered"
UNSERVED = "unserved"
NO_ANSWER = "no_answer"
NO_FIRST_CONTACT = "no_first_contact"
QUESTION_UNANSWERED = "question_unanswered"
REVIEW_MISSED = "review_missed"
RULE_QUALITY = "rule_quality"
PARKED = "parked"
CLOCK_FAILED = "clock_failed"
CONTACT_CHECK = "contact_check"
SERVICE_CLOSED = "service_closed"  # it serves somebody whom it accepted
MOVED_AWAY = "moved_away"
FILE_CORRECTION = "file_correction"  # an offer was amended: intake's file says otherwise
ROSTER_GAP = "roster_gap"  # nobody will be on duty for emergencies; closed when the roster is filled
RESTORED = "restored"  # the database came back from a backup: `detail` says what of it is gone and is asked for again
PAIR_REVIEW = "pair_review"  # a case and a receiver were parted a year ago; closing it as not needed brings them together again
LINK_BLOCKED = "link_blocked"  # too many wrong codes: its focal person is given a new one

# Items about the placement's own state, and about an attempt's: gone when that has moved on.
OF_STATE = (TRIAGE, PLACEMENT_UNANSWERED, UNSERVED)
OF_ATTEMPT = (NO_ANSWER, NO_FIRST_CONTACT, QUESTION_UNANSWERED, REVIEW_MISSED, LINK_BLOCKED)
OF_REFERRAL = (*OF_ATTEMPT, SERVICE_CLOSED, MOVED_AWAY)  # gone when the attempt has ended
# What somebody is to ask or tell the person for the need: gone when that has ended, since who took it back is not called about it.
OF_PERSON = (CONTACT_CHECK, "private_confirmation", "documents_list")
OF_ERASED = (*OF_PERSON, FILE_CORRECTION, "duplicate_check")  # gone with the person
# Kinds that reasons.json opens, closed by hand: rule_quality, directory_task, provider_alert, weekly_review, and those of the person.

_CLOSE = text("UPDATE work_item SET closed_at = :at WHERE about_id = :about_id AND kind = ANY(:kinds) AND closed_at IS NULL")
_PASS_ON = text("""
    UPDATE work_item SET referral_id = :other WHERE about_id = :about_id AND kind = ANY(:kinds) AND referral_id = :referral
    AND closed_at IS NULL
""")
_OF_ENDED = text("""
    UPDATE work_item SET closed_at = :at WHERE about_id = :about_id AND kind = ANY(:kinds) AND referral_id = :referral
    AND closed_at IS NULL
""")
_AS_URGENT = text("UPDATE work_item SET urgency = :urgency WHERE about_id = :about_id AND closed_at IS NULL AND urgency IS NOT NULL")
_FALL_ON = text("""
    UPDATE work_item SET duty_shift_id = :shift, officer = CASE
        WHEN officer IS NULL OR officer = (SELECT d.officer FROM duty_shift d WHERE d.id = work_item.duty_shift_id) THEN :officer
        ELSE officer END
    WHERE about_id = :need_id AND kind = :kind AND closed_at IS NULL
""")
_HAND_OVER = text("""
    UPDATE work_item SET operator_id = :operator_id, officer = NULL, duty_shift_id = NULL WHERE about_id = :need_id AND closed_at IS NULL
""")


async def open_item(tx: AsyncSession, situation: Situation, kind: str, referral: Referral | None = None, detail: str | None = None) -> None:
    """Tell the coordinators of the placement's operator; nothing when they were told already."""
    placement = situation.placement
    values = {
        "operator_id": placement.operator_id, "kind": kind, "about_id": placement.need_id, "placement_id": placement.id,
        "referral_id": referral.id if referral else None, "restricted": placement.sensitivity is Sensitivity.RESTRICTED,
        "urgency": placement.urgency.value, "detail": detail,
    }  # fmt: skip
    await _insert(tx, values, situation.now)


async def open_one(tx: AsyncSession, situation: Situation, kind: str) -> WorkItem | None:
    """Return the need's open item of this kind."""
    about = col(WorkItem.about_id) == situation.placement.need_id
    query = select(WorkItem).where(about, col(WorkItem.kind) == kind, col(WorkItem.closed_at).is_(None))
    return (await tx.exec(query)).one_or_none()


async def fall_on(tx: AsyncSession, situation: Situation, kind: str, shift: DutyShift) -> None:
    """Put an open item of an emergency before who is on duty now, unless somebody else has taken it."""
    with tx.no_autoflush:
        await tx.execute(_FALL_ON, {"need_id": situation.placement.need_id, "kind": kind, "shift": shift.id, "officer": shift.officer})


async def open_parked(tx: AsyncSession, key: UUID) -> None:
    """Tell the coordinators that events of a key cannot be applied: those of its operator, or all where it is no need of ours."""
    known = (await tx.exec(select(Placement).where(col(Placement.need_id) == key))).one_or_none()
    values = {
        "operator_id": known.operator_id if known else None, "kind": PARKED, "about_id": key,
        "placement_id": known.id if known else None,
        "restricted": known is None or known.sensitivity is Sensitivity.RESTRICTED,
    }  # fmt: skip
    await _insert(tx, values, now(tx))


async def open_roster_gap(tx: AsyncSession, operator_id: UUID, roster_id: UUID, governorate: str, at: datetime) -> None:
    """Tell the operator's coordinators that their duty roster in a governorate runs out."""
    values = {"operator_id": operator_id, "kind": ROSTER_GAP, "about_id": roster_id, "restricted": False, "detail": governorate}
    await _insert(tx, values, at)


async def open_restored(tx: AsyncSession, operator_id: UUID, about_id: UUID, gone: str) -> None:
    """Tell an operator's coordinators what of something that is no need is gone since the backup."""
    values = {"operator_id": operator_id, "kind": RESTORED, "about_id": about_id, "restricted": False, "detail": gone}
    await _insert(tx, values, now(tx))


async def close_about(tx: AsyncSession, about_id: UUID, kinds: tuple[str, ...], at: datetime) -> None:
    """Close the open items of these kinds about a need or something else."""
    with tx.no_autoflush:  # items are written by statements alone, so nothing of them waits to be flushed
        await tx.execute(_CLOSE, {"about_id": about_id, "kinds": list(kinds), "at": at})


async def close(tx: AsyncSession, situation: Situation, kinds: tuple[str, ...]) -> None:
    """Close the need's open items of these kinds."""
    await close_about(tx, situation.placement.need_id, kinds, situation.now)


async def ended(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    """Close what is about an attempt that ended; not what is as true of the other open one of an emergency: that is about it then."""
    others = situation.open()
    if not others:
        await close(tx, situation, OF_REFERRAL)
        return
    of_it = {"about_id": situation.placement.need_id, "referral": referral.id}
    with tx.no_autoflush:
        for other in others:
            await tx.execute(_PASS_ON, of_it | {"kinds": _true_of(situation, other), "other": other.id})
        await tx.execute(_OF_ENDED, of_it | {"kinds": list(OF_REFERRAL), "at": situation.now})


def _true_of(situation: Situation, referral: Referral) -> list[str]:
    """Return the kinds of items that an open offer would have, if the need had none of them yet."""
    office_acts = acting_origin(referral) != referral.origin_id
    told_at = {What.LEVEL_1, What.LEVEL_2} if office_acts else {What.LEVEL_2}
    found = [NO_ANSWER] if told_at & set(referral.fired) else []
    return [*found, MOVED_AWAY] if referral.governorate != situation.placement.governorate else found


async def as_urgent(tx: AsyncSession, situation: Situation) -> None:
    """Let the need's open items be as urgent as it is now."""
    with tx.no_autoflush:
        await tx.execute(_AS_URGENT, {"about_id": situation.placement.need_id, "urgency": situation.placement.urgency.value})


async def hand_over(tx: AsyncSession, situation: Situation, operator_id: UUID) -> None:
    """Put the need's open items before another operator's coordinators, with nobody of the former one's on duty for them."""
    with tx.no_autoflush:
        await tx.execute(_HAND_OVER, {"need_id": situation.placement.need_id, "operator_id": operator_id})


async def _insert(tx: AsyncSession, values: Mapping[str, object], at: datetime) -> None:
    insert = postgresql.insert(WorkItem).values(id=new_id(), opened_at=at, **values)
    open_one = col(WorkItem.closed_at).is_(None)
    with tx.no_autoflush:  # else the clock would write every placement of a batch by itself
        await tx.execute(insert.on_conflict_do_nothing(index_elements=["kind", "about_id"], index_where=open_one))
