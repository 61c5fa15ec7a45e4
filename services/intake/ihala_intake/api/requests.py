"""Requests: taking them, and telling their origin how they stand."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Security
from fastapi import Request as HttpRequest
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.http import malformed
from ihala_kit.once import OnceIfGiven
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, Problem, ProblemDocument, document_of, responses
from pydantic import ValidationError

from ihala_intake import numbers, store, views
from ihala_intake.commands.batch import register_many
from ihala_intake.commands.register import register
from ihala_intake.emergencies.errors import NoDutyRoster
from ihala_intake.errors import (
    ConsentMissing,
    IdentifiersConflict,
    IdentityHeldByOrigin,
    OperatorUnknown,
    RequestNotFound,
    UnknownNeedCode,
    UnknownPlace,
)
from ihala_intake.errors_consents import ConsentDoesNotCover
from ihala_intake.models.batches import BatchIn, BatchItem, BatchView, StatusesIn, StatusesView
from ihala_intake.models.requests import RequestIn, RequestView, System, Value
from ihala_intake.people_errors import HouseholdTooLarge
from ihala_intake.tables import Request
from ihala_intake.ways_in import statuses
from ihala_intake.ways_in.errors import ForumsNameNobody, OccasionNotFound

router = APIRouter(prefix="/v1/requests", tags=["requests"])
Asking = Annotated[Caller, Security(caller, scopes=["intake:request"])]
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]

REFUSED = (
    UnknownNeedCode, UnknownPlace, ConsentMissing, OperatorUnknown, IdentityHeldByOrigin, IdentifiersConflict, MalformedRequest,
    OccasionNotFound, ForumsNameNobody, ConsentDoesNotCover, NoDutyRoster, HouseholdTooLarge,
)  # fmt: skip


@router.post("", status_code=202, response_model=RequestView, responses=responses(*REFUSED))
async def submit(body: RequestIn, caller: Asking, once: OnceIfGiven, tx: Transaction) -> RequestView:
    """Bring a person, a consent and needs; or help that was given on the spot. The same number of one origin means the same request."""
    return await once(RequestView, lambda: register(tx, caller, body))


@router.post("/batch", response_model=BatchView)
async def submit_many(body: BatchIn, request: HttpRequest, caller: Asking, once: OnceIfGiven, tx: Transaction) -> BatchView:
    """Bring many requests. The answer is 200 with a result for each, also when all were refused."""

    async def run() -> BatchView:
        found = await register_many(tx, caller, [_parsed(request, one) for one in body.requests])
        items = [_item(request, index, one) for index, one in enumerate(found)]
        taken = sum(item.request is not None for item in items)
        return BatchView(items=items, taken=taken, refused=len(items) - taken)

    return await once(BatchView, run)


@router.post("/statuses", response_model=StatusesView)
async def find_many(body: StatusesIn, caller: Reading, tx: Transaction) -> StatusesView:
    """Return how many requests stand, in one call. Changes nothing."""
    return await statuses.find(tx, caller, body)


def _parsed(request: HttpRequest, sent: Any) -> RequestIn | Problem:
    try:
        return RequestIn.model_validate(sent)
    except ValidationError as error:
        return malformed(request, [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)])


def _item(request: HttpRequest, index: int, found: RequestView | Problem) -> BatchItem:
    if isinstance(found, RequestView):
        return BatchItem(index=index, status=202, request=found)
    return BatchItem(index=index, status=found.status, problem=ProblemDocument(**document_of(request, found)))


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
    return Page(items=await views.requests(tx, caller, found))


def _key(request: Request) -> tuple[UUID]:
    return (request.id,)
