"""Statistics of messages over HTTP: scope, body, response model. No rule and no query."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction, now
from ihala_kit.instants import as_iso
from ihala_kit.problems import responses
from pydantic import BeforeValidator, Field

from ihala_notify import rights
from ihala_notify.statistics import store
from ihala_notify.statistics.errors import TooManyDays
from ihala_notify.statistics.figures import By, Kind, figures
from ihala_notify.statistics.models import MessageFigure, MessageFigures

router = APIRouter(prefix="/v1/message-statistics")
MOST_DAYS = 31
USUAL_DAYS = 7
FIRST_DAY: Final = date(2020, 1, 1)  # nothing was sent before it
LAST_DAY: Final = date(2199, 12, 31)
CountedDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY), BeforeValidator(as_iso)]
BAGHDAD_IS_AHEAD_BY = timedelta(hours=3)


@router.get("", response_model=MessageFigures, responses=responses(TooManyDays))
async def message_statistics(
    caller: rights.Reading,
    tx: Transaction,
    by: Annotated[By, Query(description="What the counts are broken down by, each with its statuses.")] = "total",
    first: Annotated[CountedDay | None, Query(alias="from", description="First day; a week before the last if not given.")] = None,
    last: Annotated[CountedDay | None, Query(alias="until", description="Last day; today if not given.")] = None,
) -> MessageFigures:
    """Count your operator's messages that ended, day by day. What is on its way is not counted yet."""
    until = last or (now(tx) + BAGHDAD_IS_AHEAD_BY).date()
    begin = first or until - timedelta(days=USUAL_DAYS - 1)
    if not timedelta(0) <= until - begin < timedelta(days=MOST_DAYS):
        raise TooManyDays(pointer="query/from", most=MOST_DAYS)
    sums = await store.sums(tx, caller, begin, until)
    return MessageFigures(items=await asyncio.to_thread(_shown, sums, by))


def _shown(sums: Mapping[date, Mapping[Kind, int]], by: By) -> list[MessageFigure]:
    """Return the figures of each day that are asked for; to hide well takes all of the day."""
    return [
        MessageFigure(day=day, by=by, category=cell.category, status=cell.status, count=n, hidden=n is None)
        for day, counted in sums.items()
        for cell, n in sorted(figures(counted).items())
        if cell.by == by
    ]
