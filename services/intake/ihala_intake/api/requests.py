"""Requests: taking them, and telling their origin how they stand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.once import OnceIfGiven
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses

from ihala_intake import numbers, store, views
from ihala_intake.commands.register import register
from ihala_intake.errors import (
    ConsentMissing,
    IdentifiersConflict,
    IdentityHeldByOrigin,
    OperatorUnknown,
    RequestNotFound,
    UnknownNeedCode,
    UnknownPlace,
)
from ihala_intake.models.requests import RequestIn, RequestView, System, Value
from ihala_intake.tables import Request

router = APIRouter(prefix="/v1/requests", tags=["requests"])
Asking = Annotated[Caller, Security(caller, scopes=["intake:request"])]
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]

REFUSALS = responses(
    UnknownNeedCode, UnknownPlace, ConsentMissing, OperatorUnknown, IdentityHeldByOrigin, IdentifiersConflict, MalformedRequest
)


@router.post("", status_code=202, response_model=RequestView, responses=REFUSALS)
async def submit(body: RequestIn, caller: Asking, once: OnceIfGiven, tx: Transaction) -> RequestView:
    """Bring a person, a consent and needs; or help that was given on the spot. The same number of one origin means the same request."""
    return await once(RequestView, lambda: register(tx, caller, body))


@router.get("/{request_id}", response_model=RequestView, responses=responses(RequestNotFound))
async def read(request_id: UUID, caller: Reading, tx: Transaction) -> RequestView:
    """Return one request as far as the caller may see it."""
    request = await store.request_of(tx, caller, request_id)
    if request is None:
        raise RequestNotFound()
    return await views.request(tx, caller, request)


@router.get("", response_model=Page[RequestView])
async def find(
    caller: Reading, tx: Transaction, page: PageQuery, system: Annotated[System, Query()], value: Annotated[Value, Query()]
) -> Page[RequestView]:
    """Find requests by another system's number; the origin finds its own, the operator those of all its origins."""
    after = page.after_as(UUID)
    mark = numbers.mark_of(tx, system, value)
    found = page_of(await store.requests_by_mark(tx, caller, mark, after[0] if after else None, page.fetch), page, _key)
    return Page(items=[await views.request(tx, caller, one) for one in found])


def _key(request: Request) -> tuple[UUID]:
    return (request.id,)
