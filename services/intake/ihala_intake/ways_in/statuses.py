"""How many requests stand: asked by our ids, by the caller's numbers, or both, with as many queries for two hundred as for one."""

from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import numbers, views
from ihala_intake.models.batches import StatusesIn, StatusesView, StatusItem
from ihala_intake.ways_in import store

_MOST = 1000  # an operator may own several requests under one number


async def find(tx: AsyncSession, caller: Caller, asked: StatusesIn) -> StatusesView:
    """Return an answer for each id and each number. What is not the caller's is not there."""
    marks = [numbers.mark_of(tx, one.system, one.value) for one in asked.identifiers]
    by_mark = await store.by_marks(tx, caller, set(marks), _MOST)
    rows = await store.requests(tx, caller, {*asked.request_ids, *(request_id for _, request_id in by_mark)})
    found = {view.request_id: view for view in await views.requests(tx, caller, rows)}
    by_id = [StatusItem(request_id=one, requests=[found[one]] if one in found else []) for one in asked.request_ids]
    by_number = [
        StatusItem(identifier=one, requests=[found[request_id] for at, request_id in by_mark if at == mark and request_id in found])
        for one, mark in zip(asked.identifiers, marks, strict=True)
    ]
    return StatusesView(items=by_id + by_number)
