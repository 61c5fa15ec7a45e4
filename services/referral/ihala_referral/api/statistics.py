"""Statistics: published figures with small counts hidden; for operators their own, for planning bodies and the public those of all."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from ihala_kit.auth import Caller
from ihala_kit.db import Transaction, now
from ihala_kit.problems import responses
from ihala_kit.words import language_of
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_referral.api.rights import Counting, Public
from ihala_referral.models import Governorate
from ihala_referral.parties import OPERATOR
from ihala_referral.statistics import measures, models, reading, views
from ihala_referral.statistics.counting import EVERYBODY
from ihala_referral.statistics.errors import TooManyFigures, TooManyQuarters
from ihala_referral.statistics.models import Figures

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])

CSV = "text/csv"
MOST_QUARTERS = 8
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV: {"schema": {"type": "string"}}}, "description": "Figures, as JSON or CSV"},
    304: {"description": "Unchanged since the ETag in If-None-Match"},
    **responses(TooManyQuarters, TooManyFigures),
}
From = Annotated[models.Quarter | None, Query(alias="from", description="First quarter; the one before the last if not given.")]
Until = Annotated[models.Quarter | None, Query(description="Last quarter; this one if not given.")]
Governorates = Annotated[list[Governorate], Query(max_length=20, description="Only of these.")]
Measures = Annotated[list[models.Measure], Query(max_length=25, description="Only these.")]
AsFormat = Annotated[models.Format | None, Query(description="Else as Accept says.")]


@router.get("", response_model=Figures, responses=_ANSWERS)
async def read_statistics(
    request: Request, caller: Counting, tx: Transaction,
    by: Annotated[models.By, Query(description="By what the counts are broken down.")] = "total",
    first: From = None, until: Until = None, governorate: Governorates = [], measure: Measures = [],  # noqa: B006
    period: Annotated[models.Period | None, Query(description="Only months, or only quarters.")] = None,
    whose: Annotated[models.Whose | None, Query(description="An operator's own, unless it asks for those of all.")] = None,
    format: AsFormat = None,
) -> Response:  # fmt: skip
    """Return what was counted, by month and governorate: of an operator its own figures, of the others those of all operators together."""
    asked = reading.Asked(_viewer(caller, whose), *_quarters(tx, first, until), (by,), governorate, measure, period)
    return await _answer(request, tx, asked, format, "private, max-age=600")


@router.get("/public", response_model=Figures, responses=_ANSWERS)
async def read_public_statistics(
    request: Request, _: Public, tx: Transaction,
    first: From = None, until: Until = None, governorate: Governorates = [], measure: Measures = [],  # noqa: B006
    format: AsFormat = None,
) -> Response:  # fmt: skip
    """Return what was counted of all operators together, by quarter, governorate and domain of needs; without restricted needs."""
    by = (measures.TOTAL, measures.DOMAIN)
    asked = reading.Asked(EVERYBODY, *_quarters(tx, first, until), by, governorate, measure, "quarter")
    return await _answer(request, tx, asked, format, "public, max-age=3600")


def _viewer(caller: Caller, whose: models.Whose | None) -> UUID:
    return caller.organization_id if caller.organization_kind == OPERATOR and whose != "everybody" else EVERYBODY


def _quarters(tx: AsyncSession, first: str | None, until: str | None) -> tuple[Any, Any]:
    """Return the first days of the first and the last quarter. Raises TooManyQuarters (422)."""
    last = measures.quarter_of(measures.month_of(now(tx))) if until is None else measures.quarter_named(until)
    begin = measures.quarter_before(last) if first is None else measures.quarter_named(first)
    if not 0 <= measures.quarters_between(begin, last) < MOST_QUARTERS:
        raise TooManyQuarters(pointer="query/from", most=MOST_QUARTERS)
    return begin, last


async def _answer(request: Request, tx: AsyncSession, asked: reading.Asked, format: models.Format | None, kept: str) -> Response:
    language = language_of(request.headers.get("accept-language"))
    as_csv = format == "csv" or (format is None and CSV in request.headers.get("accept", ""))
    sheets = await reading.sheets(tx, asked)
    tag = reading.tag(asked, sheets, language, str(as_csv))
    headers = {"ETag": tag, "Cache-Control": kept, "Vary": "Accept, Accept-Language", "Content-Language": language}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    final = {key: sheet.final for key, sheet in sheets.items()}
    rows = [row for row in await reading.figures(tx, asked) if reading.sheet_of(row) in final]  # not of one published since
    written = views.as_csv if as_csv else views.as_json
    content = await asyncio.to_thread(lambda: written(views.figures(rows, final, language)))  # thousands of rows: others go on
    if not as_csv:
        return Response(content, media_type="application/json", headers=headers)
    name = {"Content-Disposition": 'attachment; filename="ihala-statistics.csv"'}
    return Response(content, media_type=CSV, headers=headers | name)
