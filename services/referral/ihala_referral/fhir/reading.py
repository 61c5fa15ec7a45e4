"""From rows and moves to what a caller sees of them: one transaction's view, in one language."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, now
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import access, consequences, sealing
from ihala_referral.fhir import moves, store
from ihala_referral.fhir.asked import Asked
from ihala_referral.fhir.elements import Resource
from ihala_referral.fhir.errors import ResourceNotFound
from ihala_referral.fhir.resources import resource
from ihala_referral.fhir.seen import Attempt, File, Search, Seen
from ihala_referral.fhir.store import Row
from ihala_referral.parties import OPERATOR
from ihala_referral.states import PlacementState, State
from ihala_referral.tables import Movement, Placement, Referral


async def one(tx: AsyncSession, language: Language, kind: str, row: Row) -> tuple[Seen, Resource]:
    """Return the newest version of a row as a resource."""
    [seen] = await _newest(tx, language, [row])
    return seen, resource(kind, seen)


async def several(tx: AsyncSession, language: Language, rows: Sequence[Row]) -> list[Seen]:
    """Return the newest versions of rows, in their order."""
    return await _newest(tx, language, rows)


async def history(tx: AsyncSession, language: Language, asked: Asked, of: Row | None) -> list[tuple[Movement, Seen | None]]:
    """Return a page of moves, newest first (one more than asked for), each with the version it led to.

    None where the row is no longer the caller's to see. A move that led to the version that stands now gives the whole of it.
    """
    found = await moves.versions(tx, asked, of)
    rows = await store.rows(tx, sorted({about(move) for move in found})) if of is None else {of.id: of}
    newest = {seen.id: seen for seen in await _newest(tx, language, list(rows.values()))}
    return [(move, _at(move, newest.get(about(move)))) for move in found]


async def version(tx: AsyncSession, language: Language, kind: str, row: Row, number: int) -> tuple[Seen, Resource]:
    """Return one version of a row. Raises ResourceNotFound (404)."""
    [newest] = await _newest(tx, language, [row])
    if newest.version == number:
        return newest, resource(kind, newest)
    move = await moves.version(tx, row, number)
    seen = None if move is None else _at(move, newest)
    if seen is None or row.state is State.ENTERED_IN_ERROR:  # of what was redacted nothing else is shown
        raise ResourceNotFound()
    return seen, resource(kind, seen)


def about(move: Movement) -> UUID:
    """Return the id of the referral that was moved, or of the placement itself."""
    return move.referral_id or move.placement_id


async def _newest(tx: AsyncSession, language: Language, rows: Sequence[Row]) -> list[Seen]:
    caller = caller_of(tx)
    attempts = [row for row in rows if isinstance(row, Referral)]
    office = [row.placement_id for row in attempts if _is_office(caller, row)]
    files = await store.files(tx, office) if office else {}
    shown = await sealing.shown_of_all(tx, attempts)
    changed = await moves.latest(tx, rows)
    found: list[Seen] = []
    for row in rows:
        if isinstance(row, Placement):
            found.append(_search(row, language))
        else:
            told = shown.get(row.id) if access.reads(caller, row, now(tx)) else None
            found.append(_attempt(caller, row, language, files.get(row.placement_id), told))
    return [replace(seen, at=changed.get(seen.id, seen.at)) for seen in found]


def _attempt(caller: Caller, row: Referral, language: Language, file: File | None, shown: sealing.Facts | None) -> Attempt:
    office, us = _is_office(caller, row), caller.organization_id
    all_told = us != row.origin_id or us == row.organization_id or office
    return Attempt(
        row=row, version=row.version, at=row.moved_at, state=row.state, reason=_told(row.reason, all_told=all_told),
        language=language, all_told=all_told,
        office=office, origin=us == row.origin_id, file=file if office else None, shown=shown,
    )  # fmt: skip


def _told(reason: str | None, *, all_told: bool) -> str | None:
    return reason if all_told or consequences.told(reason) else None


def _search(row: Placement, language: Language) -> Search:
    return Search(row=row, version=row.version, at=row.state_at, state=row.state, reason=row.end_reason, language=language)


def _is_office(caller: Caller, row: Referral) -> bool:
    return caller.organization_kind == OPERATOR and caller.organization_id == row.operator_id


def _at(move: Movement, newest: Seen | None) -> Seen | None:
    """Return the version that a move led to."""
    if newest is None or move.version == newest.version:
        return newest
    assert move.version is not None, "only moves that led to a version are read"
    if isinstance(newest, Attempt):
        reason = _told(move.reason, all_told=newest.all_told)
        return replace(newest, version=move.version, at=move.at, state=State(move.after), reason=reason, shown=None, newest=False)
    return replace(newest, version=move.version, at=move.at, state=PlacementState(move.after), reason=move.reason)
