"""What a caller sees of a row: receiver, origin and owning office each see something else."""

from collections.abc import Sequence
from typing import Any

from ihala_kit.auth import Caller
from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import access, consequences, excluding, models, sealing, store
from ihala_referral.commands import coordinating
from ihala_referral.competence import route_title
from ihala_referral.competences import commands as competences
from ihala_referral.guards import Situation
from ihala_referral.parties import OPERATOR
from ihala_referral.states import UNDECIDED, State
from ihala_referral.tables import Exchange, Placement, Referral
from ihala_referral.together import store as together

PROTECTION = "protection"
_DEADLINES: dict[State, set[str]] = {
    State.OFFERED: {"acknowledge_by", "decide_by", "expires_at"},
    State.ACKNOWLEDGED: {"decide_by", "expires_at"},
    State.INFO_REQUESTED: {"decide_by", "expires_at", "answer_by"},
    State.WAITLISTED: {"expires_at", "review_at"},
    State.ACCEPTED: {"first_contact_by"},
    State.IN_SERVICE: {"review_at"},
    State.ON_HOLD: {"resume_by"},
}


async def referrals(tx: AsyncSession, caller: Caller, rows: Sequence[Referral]) -> list[models.Referral]:
    """Return referrals as a list shows them; the keys of all are asked for once."""
    shown = await sealing.shown_of_all(tx, rows)
    return [_view(caller, row, shown.get(row.id, {}) if access.reads(caller, row, now(tx)) else {}, {}) for row in rows]


async def referral(tx: AsyncSession, caller: Caller, row: Referral) -> models.Referral:
    """Return the referral as the caller may see it, with questions, answers and comment."""
    if access.reads(caller, row, now(tx)):
        return _view(caller, row, await sealing.shown(tx, row), await _words(tx, row))
    return _view(caller, row, {}, await _words(tx, row, answered=False))


def _view(caller: Caller, row: Referral, shown: sealing.Facts, words: dict[str, Any]) -> models.Referral:
    masked = row.restricted
    view: dict[str, Any] = {
        "referral_id": row.id, "reference": row.reference, "state": row.state, "urgency": row.urgency_told,
        "need_code": PROTECTION if masked else row.need_code, "restricted": row.restricted,
        "governorate": None if masked else row.governorate_told, "district": None if masked else row.district,
        "age_band": shown.get("age_band"), "attributes": shown.get("attributes", {}),
        "organization_id": row.organization_id, "service_id": row.service_id,
        "service_at_location_id": row.service_at_location_id, "service_name": row.service_name,
        "deadlines": _deadlines(row), "owner": row.owner, "offered_at": row.offered_at, "moved_at": row.moved_at,
        "need_changed": row.need_changed, "disclosed": row.disclosed_at is not None and row.state not in UNDECIDED,
        "questions_asked": row.rounds, "reason": row.reason, "outcomes": row.outcomes, "version": row.version,
    }  # fmt: skip
    if _is_origin_alone(caller, row) and not consequences.told(row.reason):
        view["reason"], words["comment"] = None, None
    return models.Referral(**view, **_of_role(caller, row), **words)


def _is_owner(caller: Caller, row: Referral) -> bool:
    return caller.organization_kind == OPERATOR and caller.organization_id == row.operator_id


def _is_origin_alone(caller: Caller, row: Referral) -> bool:
    return caller.organization_id == row.origin_id != row.organization_id and not _is_owner(caller, row)


def _of_role(caller: Caller, row: Referral) -> dict[str, Any]:
    """Return what only the owning office, or also the origin, is told; a receiver never learns of other attempts."""
    origin = {"need_id": row.need_id, "origin_id": row.origin_id}
    if _is_owner(caller, row):
        return origin | {"placement_id": row.placement_id, "attempt": row.attempt, "replaces": row.replaces}
    return origin if caller.organization_id == row.origin_id else {}


def _deadlines(row: Referral) -> models.Deadlines:
    names = _DEADLINES.get(row.state, set())
    return models.Deadlines(**{name: getattr(row, name) if name in names else None for name in models.Deadlines.model_fields})


async def _words(tx: AsyncSession, row: Referral, *, answered: bool = True) -> dict[str, Any]:
    exchanges = [await _exchange(tx, exchange, answered) for exchange in await store.exchanges(tx, row.id)] if row.rounds else []
    amended = await together.amendments(tx, row.id) if row.need_changed else []
    return {
        "exchanges": exchanges, "comment": await sealing.opened(tx, row.need_id, row.comment, "comment"),
        "amendments": [models.Amendment.model_validate(known) for known in amended],
    }  # fmt: skip


async def _exchange(tx: AsyncSession, row: Exchange, answered: bool) -> models.Exchange:
    answer = await sealing.opened(tx, row.need_id, row.answer, "answer") if answered else None
    return models.Exchange(
        round=row.round, question=await sealing.opened(tx, row.need_id, row.question, "question") or None, asked_at=row.asked_at,
        answer=answer or None, answered_at=row.answered_at,
    )  # fmt: skip


def placement_summary(row: Placement) -> models.PlacementSummary:
    """Return the placement as a list shows it."""
    return models.PlacementSummary(**_summary(row))


def _summary(row: Placement) -> dict[str, Any]:
    names = set(models.PlacementSummary.model_fields) - {"placement_id"}
    return {"placement_id": row.id, **{name: getattr(row, name) for name in names}}


async def placement(tx: AsyncSession, caller: Caller, row: Placement) -> models.Placement:
    """Return the placement with everything that was tried, for the owning office."""
    attempts = list(await store.referrals_of(tx, row.id))
    situation = Situation(row, attempts, row.state_at)
    return models.Placement(
        **_summary(row), match_settled=row.match_settled, recipients=row.recipients, objections=row.objections, offers=row.offers,
        excluded=await excluding.tried(tx, row.id),
        attempts=[models.Attempt.model_validate(known, from_attributes=True) for known in await store.attempts(tx, row.id)],
        referrals=await referrals(tx, caller, attempts),
        history=[models.Movement.model_validate(known, from_attributes=True) for known in await store.movements(tx, row.id)],
        moves=coordinating.steps(situation, caller), **await _route(tx, row),
    )  # fmt: skip


async def _route(tx: AsyncSession, row: Placement) -> dict[str, Any]:
    route = await competences.proposed_route(tx, row) if "competence" in row.triage_reasons else None
    title = route_title(route)
    return {"proposed_route": route, "proposed_route_title": {"en": title.en, "ar": title.ar, "ckb": title.ckb} if title else None}


def reason(row: consequences.Reason) -> models.Reason:
    """Return a reason with its words and what follows."""
    follows = row.consequence
    return models.Reason(
        code=row.code, acts=sorted(row.acts), by=sorted(row.by), comment_needed=row.comment, criterion_needed=row.criterion,
        only_after_question=row.after_question, title={"en": row.title.en, "ar": row.title.ar, "ckb": row.title.ckb},
        rejected_by=row.rejected_by, lasts_months=row.lasts_months, valid_from=row.valid_from, valid_until=row.valid_until,
        consequence=models.Consequence(next=follows.next, exclude=follows.exclude, tasks=list(follows.tasks)),
    )  # fmt: skip
