"""Needs, for the operator that owns them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.problems import MalformedRequest, responses
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_intake import store
from ihala_intake.commands import needs, read
from ihala_intake.emergencies.errors import NoDutyRoster
from ihala_intake.errors import IdentityHeldByOrigin, NeedMoveNotAllowed, NeedNotFound, PersonErased, RoleNeeded, UnknownPlace
from ihala_intake.models.needs import ClosureIn, CorrectionIn, DisclosureView, NeedView
from ihala_intake.models.people import PersonView
from ihala_intake.tables import CaseFile, Need

router = APIRouter(prefix="/v1/needs", tags=["needs"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Correcting = Annotated[Caller, Security(caller, scopes=["intake:request"])]
Closing = Annotated[Caller, Security(caller, scopes=["intake:follow-up"])]


@router.get("/{need_id}", response_model=NeedView, responses=responses(NeedNotFound))
async def show(need_id: UUID, caller: Reading, tx: Transaction, response: Response) -> NeedView:
    """Return a need with its true code, its note and its disclosures. Logged with its person."""
    return await _view(tx, await read.owned_need(tx, caller, need_id), response)


@router.get("/{need_id}/person", response_model=PersonView, responses=responses(NeedNotFound, PersonErased))
async def person(need_id: UUID, caller: Reading, tx: Transaction) -> PersonView:
    """Return all that is known of the person, for the operator's follow-up. Logged with the person."""
    return await read.person_of_need(tx, caller, need_id)


@router.post(
    "/{need_id}/correction",
    response_model=NeedView,
    responses=responses(NeedNotFound, NeedMoveNotAllowed, NoDutyRoster, IdentityHeldByOrigin, UnknownPlace, PersonErased, MalformedRequest),
)
async def correct(
    need_id: UUID, body: CorrectionIn, caller: Correcting, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> NeedView:
    """Correct what was written down wrongly. Open needs of the same person follow."""

    async def run() -> NeedView:
        return await _view(tx, await needs.correct(tx, caller, need_id, if_match, body), response)

    return await once(NeedView, run)


@router.post("/{need_id}/closure", response_model=NeedView, responses=responses(NeedNotFound, NeedMoveNotAllowed, RoleNeeded))
async def close(
    need_id: UUID, body: ClosureIn, caller: Closing, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> NeedView:
    """Close a need, as a coordinator."""

    async def run() -> NeedView:
        return await _view(tx, await needs.close(tx, caller, need_id, if_match, body), response)

    return await once(NeedView, run)


async def _view(tx: AsyncSession, need: Need, response: Response) -> NeedView:
    set_etag(response, need.version)
    details = await read.need_details(tx, need)
    case = await tx.get_one(CaseFile, need.case_id)
    disclosures = [
        DisclosureView.model_validate(one.model_dump() | {"disclosure_id": one.id}) for one in await store.disclosures_of_need(tx, need.id)
    ]
    return NeedView.model_validate(need.model_dump(exclude={"details"}) | {
        "need_id": need.id, "case_reference": case.reference, "code": details.code, "note": details.note,
        "announced": need.announced_at is not None, "disclosures": disclosures,
    })  # fmt: skip
