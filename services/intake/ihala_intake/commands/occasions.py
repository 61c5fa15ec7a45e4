"""Occasions: what was held, who came, and what a forum is concerned about. Nobody is named in any of it."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.intake_v1 import ConcernFiled, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, keys
from ihala_intake.codes import RESTRICTED_CODE
from ihala_intake.commands import checks
from ihala_intake.models.occasions import AnswerIn, Attendance, ConcernIn, ConcernView, CountsIn, OccasionIn, OccasionView
from ihala_intake.tables import Concern, Occasion
from ihala_intake.ways_in import occasions_store as store
from ihala_intake.ways_in.details import ConcernDetails, OccasionDetails
from ihala_intake.ways_in.errors import ConcernNotFound, ForumsNameNobody, OccasionNotFound

FORUM = "community_forum"
_DAYS_AHEAD = 366


async def hold(tx: AsyncSession, caller: Caller, body: OccasionIn) -> Occasion:
    """Write down an occasion. Raises UnknownPlace, UnknownNeedCode, MalformedRequest, OperatorUnknown (422)."""
    place, at = checks.checked_place(body.place, "#/place"), now(tx)
    for n, code in enumerate(body.topics):
        checks.checked_sensitivity(code, None, f"#/topics/{n}")
    if body.held_on.year < 2000 or (body.held_on - at.date()).days > _DAYS_AHEAD:
        raise checks.malformed("#/held_on", "out_of_range")
    occasion_id, operator_id = new_id(), await checks.operator_of(tx, caller)
    key = keys.make(tx, occasion_id)
    row = Occasion(
        id=occasion_id, operator_id=operator_id, origin_id=caller.organization_id, kind=body.kind, governorate=place.governorate,
        district=place.district, held_on=body.held_on, topics=list(dict.fromkeys(body.topics)), counts=_counts(body.attendance),
        heard_by=_heard(body),
        details=key.seal(OccasionDetails(name=body.name), _about(occasion_id)), concerns=0, made_at=at,
        changed_at=at, version=1,
    )  # fmt: skip
    tx.add(row)
    return row


async def count(tx: AsyncSession, caller: Caller, occasion_id: UUID, version: int, body: CountsIn) -> Occasion:
    """Write down what was counted, in place of what was before. Raises OccasionNotFound (404), Stale (412)."""
    row = await _occasion(tx, caller, occasion_id, lock=True)
    if row.version != version:
        raise Stale()
    row.counts, row.heard_by = _counts(body.attendance), _heard(body)
    row.version, row.changed_at = row.version + 1, now(tx)
    return row


async def show(tx: AsyncSession, caller: Caller, occasion_id: UUID) -> Occasion:
    """Return an occasion that the caller held, or owns. Raises OccasionNotFound (404)."""
    return await _occasion(tx, caller, occasion_id)


async def check_occasion(tx: AsyncSession, caller: Caller, occasion_id: UUID | None) -> None:
    """Raise OccasionNotFound (404), or ForumsNameNobody (409): people sign up where they are asked for their data."""
    if occasion_id is not None and (await _occasion(tx, caller, occasion_id)).kind == FORUM:
        raise ForumsNameNobody(pointer="#/occasion_id")


async def file_concern(tx: AsyncSession, caller: Caller, occasion_id: UUID, body: ConcernIn) -> Concern:
    """Write down a forum's concern; emits ConcernFiled. A restricted one is called `protection`, without a district.

    Raises OccasionNotFound (404), ForumsNameNobody (409), UnknownNeedCode, UnknownPlace (422).
    """
    occasion = await _occasion(tx, caller, occasion_id, lock=True)
    if occasion.kind != FORUM:
        raise ForumsNameNobody()
    restricted = checks.checked_sensitivity(body.code, None, "#/code")
    place = checks.checked_place(body.place, "#/place") if body.place else codes.Place(occasion.governorate, occasion.district, "")
    concern_id, at, key = new_id(), now(tx), await keys.of(tx, occasion.id)
    alone = restricted is Sensitivity.RESTRICTED
    row = Concern(
        id=concern_id, occasion_id=occasion.id, operator_id=occasion.operator_id, origin_id=occasion.origin_id,
        sensitivity=restricted.value, code=RESTRICTED_CODE if alone else body.code, governorate=place.governorate,
        district=None if alone else place.district, households=body.households,
        details=key.seal(ConcernDetails(code=body.code, note=body.note), _about_concern(concern_id)), state="received", filed_at=at,
        changed_at=at, version=1,
    )  # fmt: skip
    tx.add(row)
    occasion.concerns, occasion.version, occasion.changed_at = occasion.concerns + 1, occasion.version + 1, at
    emit(tx, ConcernFiled(
        occasion_id=occasion.id, concern_id=row.id, operator_id=row.operator_id, governorate=row.governorate, filed_at=at
    ))  # fmt: skip
    return row


async def answer(tx: AsyncSession, caller: Caller, occasion_id: UUID, concern_id: UUID, version: int, body: AnswerIn) -> Concern:
    """Say what the operator does about a concern. Raises ConcernNotFound (404), Stale (412)."""
    row = await store.concern_of(tx, caller, occasion_id, concern_id)
    if row is None:
        raise ConcernNotFound()
    if row.version != version:
        raise Stale()
    key, about = await keys.of(tx, row.occasion_id), _about_concern(row.id)
    row.details = key.seal(key.open(ConcernDetails, row.details, about).model_copy(update={"answer": body.answer}), about)
    row.state, row.version, row.changed_at = body.state, row.version + 1, now(tx)
    return row


async def views(tx: AsyncSession, caller: Caller, rows: Sequence[Occasion]) -> list[OccasionView]:
    """Return occasions as they are shown."""
    made = await store.signed_up(tx, caller, [row.id for row in rows])
    found = []
    for row in rows:
        key, by_way = await keys.of(tx, row.id), made.get(row.id, {})
        heard = {way: row.heard_by.get(way, 0) + by_way.get(way, 0) for way in {*row.heard_by, *filter(None, by_way)}}
        found.append(OccasionView.model_validate(row.model_dump() | {
            "occasion_id": row.id, "name": key.open(OccasionDetails, row.details, _about(row.id)).name, "heard_by": heard,
            "attendance": dict(zip(Attendance.model_fields, row.counts, strict=True)), "signed_up": sum(by_way.values()),
        }))  # fmt: skip
    return found


async def concern_view(tx: AsyncSession, row: Concern) -> ConcernView:
    """Return a concern as it is shown to who filed it and to the operator."""
    details = (await keys.of(tx, row.occasion_id)).open(ConcernDetails, row.details, _about_concern(row.id))
    return ConcernView.model_validate(row.model_dump() | details.model_dump() | {"concern_id": row.id})


async def _occasion(tx: AsyncSession, caller: Caller, occasion_id: UUID, *, lock: bool = False) -> Occasion:
    row = await store.occasion_of(tx, caller, occasion_id, lock=lock)
    if row is None:
        raise OccasionNotFound()
    return row


def _counts(attendance: Attendance) -> list[int]:
    return [getattr(attendance, name) for name in Attendance.model_fields]


def _heard(body: CountsIn) -> dict[str, int]:
    return {str(way): n for way, n in body.heard_by.items()}


def _about(occasion_id: UUID) -> str:
    return f"occasion.details/{occasion_id}"


def _about_concern(concern_id: UUID) -> str:
    return f"concern.details/{concern_id}"
