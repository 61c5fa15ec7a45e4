"""Many moves in one request: each in a transaction of its own, by the very functions that the moves' own addresses call.

Safe to repeat with the same Idempotency-Key: what was done is answered again, what was refused or not reached is tried.
"""

from collections.abc import Awaitable, Callable
from inspect import isclass, signature
from typing import Any, get_args

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.http import malformed
from ihala_kit.once import OnceKey, Retries
from ihala_kit.problems import Problem, ProblemDocument, document_of
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import Response

from ihala_referral import models
from ihala_referral.api import moves
from ihala_referral.api.moves import Change
from ihala_referral.api.rights import Reading
from ihala_referral.possible import Form
from ihala_referral.states import Act
from ihala_referral.worklists.models import Bulk, BulkItem, BulkResult, BulkResults

router = APIRouter(tags=["moves"])

Route = Callable[..., Awaitable[models.Referral]]
ROUTES: dict[Act, Route] = {
    Act.ACKNOWLEDGE: moves.acknowledge, Act.ACCEPT: moves.accept, Act.DECLINE: moves.decline, Act.ASK: moves.ask,
    Act.ANSWER: moves.answer, Act.WAITLIST: moves.waitlist, Act.START: moves.start, Act.RELEASE: moves.release, Act.FAIL: moves.fail,
    Act.HOLD: moves.hold, Act.RESUME: moves.resume, Act.REVIEW: moves.review, Act.COMPLETE: moves.complete, Act.CANCEL: moves.cancel,
}  # fmt: skip


def _reader(route: Route) -> TypeAdapter[Any]:
    """Return what reads the body of a move, as its own address does."""
    kind: Any = signature(route).parameters["body"].annotation
    return TypeAdapter(kind)


_BODIES = {act: _reader(route) for act, route in ROUTES.items()}


def _form(route: Route) -> Form:
    """Return where a move is sent and the model of its body, which may be left out where it holds nothing."""
    [path] = [one.path for one in moves.router.routes if isinstance(one, APIRoute) and one.endpoint is route]
    kind = signature(route).parameters["body"].annotation
    return Form(path.rpartition("/")[2], next(one for one in (*get_args(kind), kind) if isclass(one) and issubclass(one, BaseModel)))


FORMS = {act: _form(route) for act, route in ROUTES.items()}


class Begun(BaseModel):
    """What is kept under the key of the whole request, so that it is not used for another one."""


@router.post("/v1/referrals/bulk", response_model=BulkResults)
async def move_many(body: Bulk, caller: Reading, key: OnceKey, request: Request) -> BulkResults:
    """Make up to 100 moves, one after the other; each succeeds or is refused by itself, with a result of its own."""
    database: Database = request.app.state.database
    async with database.transaction(caller) as tx:
        await Retries(request, Response(), tx, key)(Begun, _nothing)
    return BulkResults(results=[await _one(request, database, caller, item, key, at) for at, item in enumerate(body.items)])


async def _nothing() -> Begun:
    return Begun()


async def _one(request: Request, database: Database, caller: Caller, item: BulkItem, key: str, at: int) -> BulkResult:
    """Make one move in a transaction of its own; a refusal is its result."""
    try:
        body = _body(request, item, at)
        async with database.transaction(caller) as tx:
            response = Response()
            change = Change(item.referral_id, item.version, Retries(request, response, tx, f"{key}#{at}"), tx, response)
            shown = await ROUTES[item.act](caller=caller, change=change, body=body)
    except Problem as refusal:
        document = ProblemDocument.model_validate(document_of(request, refusal))
        return BulkResult(referral_id=item.referral_id, status=refusal.status, problem=document)
    return BulkResult(referral_id=item.referral_id, status=200, state=shown.state, version=shown.version)


def _body(request: Request, item: BulkItem, at: int) -> Any:
    """Return what the move's own address would have read. Raises MalformedRequest (422) with its place in the whole request."""
    try:
        return _BODIES[item.act].validate_python(item.body)
    except ValidationError as error:
        where = ("body", "items", at, "body")
        raise malformed(request, [{**one, "loc": (*where, *one["loc"])} for one in error.errors()]) from None
