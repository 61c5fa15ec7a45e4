"""Competence: what an origin may push by itself, where; an operator's coordinators set rules of their own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_referral.api.rights import Coordinating, Reading
from ihala_referral.competences import commands, models
from ihala_referral.competences.errors import GovernorateUnknown
from ihala_referral.errors import DateNotAllowed, NeedCodeUnknown
from ihala_referral.models import Code

router = APIRouter(prefix="/v1/competence", tags=["competence"])


@router.get("", response_model=models.Competences)
async def read_competence(
    caller: Reading, tx: Transaction,
    kind: Annotated[Code | None, Query(description="of origin; else the caller's, and for an operator all")] = None,
    operator_id: Annotated[UUID | None, Query(description="at whose offices; else at the caller's operator's")] = None,
) -> models.Competences:  # fmt: skip
    """Return what origins may push by themselves. What is outside is kept and triaged, and sent on to the right office."""
    return await commands.listed(tx, caller, kind, operator_id)


@router.put("/{kind}", response_model=models.Competence, responses=responses(NeedCodeUnknown, GovernorateUnknown, DateNotAllowed))
async def set_competence(
    kind: Code, body: models.Rule, caller: Coordinating, if_match: IfMatch, tx: Transaction, response: Response
) -> models.Competence:
    """Set what a kind of origin may push to the caller's offices by itself: a new version, which replaces the general rows."""
    found = await commands.put(tx, caller, kind, if_match, body)
    set_etag(response, found.version)
    return found
