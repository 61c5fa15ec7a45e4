"""Erasing a person: asked for by one, decided by another, reported by every service."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.problems import responses
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_intake.commands import erase
from ihala_intake.errors import PersonErased, RoleNeeded
from ihala_intake.models.protection import DecisionIn, ErasureIn, ErasureReportView, ErasureView
from ihala_intake.protection import store
from ihala_intake.protection.errors import ErasureDecided, ErasureNotFound, ErasureUnderWay, PersonNotFound, SecondPersonNeeded
from ihala_intake.tables import Erasure

router = APIRouter(prefix="/v1/persons/{person_id}/erasure", tags=["erasure"])
Protecting = Annotated[Caller, Security(caller, scopes=["intake:protect"])]

ASKING = responses(PersonNotFound, RoleNeeded, PersonErased, ErasureUnderWay)
DECIDING = responses(PersonNotFound, ErasureNotFound, ErasureDecided, RoleNeeded, SecondPersonNeeded)


@router.post("", status_code=201, response_model=ErasureView, responses=ASKING)
async def ask(person_id: UUID, body: ErasureIn, caller: Protecting, once: Once, tx: Transaction, response: Response) -> ErasureView:
    """Ask that a person's data be erased. Nothing is, until a second person agrees."""

    async def run() -> ErasureView:
        return await _view(tx, await erase.propose(tx, caller, person_id, body.reason), response)

    return await once(ErasureView, run)


@router.post("/decision", response_model=ErasureView, responses=DECIDING)
async def decide(
    person_id: UUID, body: DecisionIn, caller: Protecting, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> ErasureView:
    """Agree, and the person's keys are gone when this answers; or refuse."""

    async def run() -> ErasureView:
        return await _view(tx, await erase.decide(tx, caller, person_id, if_match, agree=body.agree), response)

    return await once(ErasureView, run)


@router.get("", response_model=ErasureView, responses=responses(PersonNotFound, ErasureNotFound))
async def show(person_id: UUID, caller: Protecting, tx: Transaction, response: Response) -> ErasureView:
    """Return how an erasure stands, and which services have not reported."""
    if await store.owned_person(tx, caller, person_id) is None:
        raise PersonNotFound()
    erasure = await store.erasure_of(tx, caller, person_id)
    if erasure is None:
        raise ErasureNotFound()
    return await _view(tx, erasure, response)


async def _view(tx: AsyncSession, erasure: Erasure, response: Response) -> ErasureView:
    set_etag(response, erasure.version)
    reports = [ErasureReportView.model_validate(one) for one in await store.reports_of(tx, erasure.id)]
    return ErasureView.model_validate(
        erasure.model_dump() | {"erasure_id": erasure.id, "reports": reports, "overdue": erase.is_overdue(erasure, tx)}
    )
