"""What a caller gets to see of a request. Only its origin sees its own numbers and the true codes of what is restricted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ihala_contracts.intake_v1 import NeedState
from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, needs, numbers, store
from ihala_intake.details import AssistanceDetails, NeedDetails
from ihala_intake.keys import Key
from ihala_intake.models.information import Information
from ihala_intake.models.requests import Helped, NeedStatus, RequestView
from ihala_intake.routes import route_title
from ihala_intake.tables import Assistance, Need, Request, RequestIdentifier
from ihala_intake.ways_in import information
from ihala_intake.ways_in import store as ways_in


@dataclass(frozen=True)
class Rows:
    """A request with its rows, as far as the caller may see them, and the keys to open them."""

    request: Request
    identifiers: Sequence[RequestIdentifier]
    case_ids: Sequence[UUID]
    needs: Sequence[Need]
    refused: bool  # a consent
    assistance: Assistance | None
    keys: dict[UUID, Key]


async def request(tx: AsyncSession, caller: Caller, row: Request) -> RequestView:
    """Return a stored request as the caller may see it."""
    return (await requests(tx, caller, [row]))[0]


async def requests(tx: AsyncSession, caller: Caller, rows: Sequence[Request]) -> list[RequestView]:
    """Return stored requests as the caller may see them, with as many queries for a hundred as for one."""
    ids = [row.id for row in rows]
    needs = await ways_in.needs_of(tx, caller, ids)
    cases, given = await ways_in.cases_of(tx, caller, ids), await ways_in.assistance_of(tx, caller, ids)
    refusing = {consent.id for consent in await ways_in.consents(tx, caller, {need.consent_id for _, need in needs})
                if consent.state == "refused"}  # fmt: skip
    numbers, opened = await ways_in.numbers_of(tx, caller, ids), await _keys(tx, caller, rows, needs, given)
    found = []
    for row in rows:
        own = [need for request_id, need in needs if request_id == row.id]
        assistance = next((one for one in given if one.request_id == row.id), None)
        case_ids = {case.id for case in cases if case.request_id == row.id} | {need.case_id for need in own}
        found.append(view(caller, Rows(
            row, [one for one in numbers if one.request_id == row.id], sorted(case_ids | ({assistance.case_id} if assistance else set())),
            own, any(need.consent_id in refusing for need in own), assistance, opened if caller.organization_id == row.origin_id else {},
        )))  # fmt: skip
    return found


def view(caller: Caller, rows: Rows) -> RequestView:
    """Return what the caller may see of these rows."""
    key = rows.keys.get(rows.request.key_id)
    return RequestView(
        request_id=rows.request.id, reference=rows.request.reference, case_ids=list(rows.case_ids),
        identifiers=[numbers.opened(key, one) for one in rows.identifiers] if key else [],
        needs=[_need(caller, rows, need) for need in rows.needs], information=_information(rows.needs),
        helped_on_the_spot=_helped(rows), information_only=rows.refused,
    )  # fmt: skip


def state(caller: Caller, need: Need) -> str:
    """Return a need's state, or what the ministry's centres see of it."""
    return needs.shown(NeedState(need.state)) if caller.organization_kind in store.INTERIOR else need.state


def need_code(key: Key | None, need: Need) -> str:
    """Return a need's true code where its key is at hand, else what stands for it."""
    return key.open(NeedDetails, need.details, f"need.details/{need.id}").code if key else need.code


def _need(caller: Caller, rows: Rows, need: Need) -> NeedStatus:
    return NeedStatus(
        need_id=need.id, reference=need.reference, code=need_code(rows.keys.get(need.key_id), need), consent_id=need.consent_id,
        status=needs.shown(NeedState(need.state)), state=state(caller, need), route=need.route, route_title=route_title(need.route),
    )  # fmt: skip


def _information(needs: Sequence[Need]) -> list[Information]:
    """Return what to tell. Codes as the rows say them: a restricted need gets none."""
    told = (information.of(code) for code in dict.fromkeys(need.code for need in needs))
    return [one for one in told if one is not None]


def _helped(rows: Rows) -> Helped | None:
    assistance = rows.assistance
    if assistance is None:
        return None
    key = rows.keys.get(assistance.key_id)
    about = f"assistance.details/{assistance.id}"
    code = key.open(AssistanceDetails, assistance.details, about).code if key else assistance.code
    return Helped(code=code, at=assistance.given_at)


async def _keys(
    tx: AsyncSession, caller: Caller, rows: Sequence[Request], needs: Sequence[tuple[UUID, Need]], given: Sequence[Assistance]
) -> dict[UUID, Key]:
    """Return the keys of what the caller brought, but for those that were destroyed."""
    own = {row.id: row.key_id for row in rows if row.origin_id == caller.organization_id}
    wanted = {*own.values(), *(need.key_id for request_id, need in needs if request_id in own)}
    wanted |= {one.key_id for one in given if one.request_id in own}
    return {row.id: Key(row.id, row.wrapped, keys.vault(tx)) for row in await ways_in.keys_of(tx, wanted) if row.wrapped}
