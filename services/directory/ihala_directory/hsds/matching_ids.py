"""Which entries fit the words of a search: those that Ihala's own search finds, read as it reads them, looked up in the same index.

As there, all that is meant must be met, and where nothing does, some of it. Found is what a person can go to: active services that are open
somewhere, and so their organisations and places.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, fetch
from sqlalchemy import ColumnElement, and_, cast, exists, func, literal, or_, true, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.places import Place, places
from ihala_directory.search.answers import understood
from ihala_directory.search.tables import SearchEntry, SearchHidden
from ihala_directory.search.understanding import Understood
from ihala_directory.search.wanted import Narrowed, wanted
from ihala_directory.tables import Location, Service, ServiceAtLocation

Condition = ColumnElement[bool]


async def matching_ids(tx: AsyncSession, words: str) -> Condition:
    """Return the condition for services; true where the words say nothing."""
    return await _found(tx, await understood(partial(fetch, tx), words), Service.id)


async def matching_at_ids(tx: AsyncSession, words: str) -> Condition:
    """Return the condition for services at locations: of a service that is found, and there, where the words name a place."""
    read = await understood(partial(fetch, tx), words)
    there = or_(*map(_at_place, read.places)) if read.places else true()
    return and_(await _found(tx, read, ServiceAtLocation.service_id), there)


async def _found(tx: AsyncSession, read: Understood, service_id: Any) -> Condition:
    """Return the condition that a service meets all that was understood; where none does, that it meets some of it."""
    strict, loose = wanted(read, Narrowed()), wanted(read, Narrowed(), relaxed=True)
    if strict is None or loose is None:
        return true()
    all_of_it = _services(caller_of(tx), strict.queries["wanted"])
    if strict.queries["wanted"] == loose.queries["wanted"] or (await tx.execute(select(exists(all_of_it)))).scalar_one():
        return col(service_id).in_(all_of_it)
    return col(service_id).in_(_services(caller_of(tx), loose.queries["wanted"]))


def _services(caller: Caller, asked: str) -> Any:
    """Return the query for the services in the index that meet a tsquery. What is hidden has a table of its own, with a row policy."""
    query = cast(literal(asked, TSQUERY()), TSQUERY)  # typed, so that it is read once a statement and not once a row
    public = select(SearchEntry.service_id).where(col(SearchEntry.tokens).op("@@")(query))
    if caller.is_anonymous:
        return public
    hidden = select(SearchHidden.service_id).where(col(SearchHidden.tokens).op("@@")(query))
    if not (caller.is_system or caller.cleared):
        hidden = hidden.where(SearchHidden.organization_id == caller.organization_id)
    return union_all(public, hidden)


def _at_place(place: Place) -> Condition:
    """Return the condition that it lies in a place, or serves it, a part of it, or what it lies in."""
    area = place.areas[0]
    around = places().around(area)
    inside: Sequence[str] = [code for code in around if code not in place.areas[1:]]
    lies = func.coalesce(col(Location.sub_district), col(Location.place)).in_(inside)
    here = select(Location.id).where(Location.id == ServiceAtLocation.location_id, lies).correlate(ServiceAtLocation).exists()
    return or_(col(ServiceAtLocation.areas).op("&&")(around), here)
