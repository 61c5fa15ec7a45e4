"""Which entries a question is about, as conditions of queries. Every part of a question is one more condition: all must hold.

Whatever is asked of a part that the caller may not see (a hidden location, a hidden service) holds for nothing: else a filter would tell
of it. UUIDs, times and numbers are compared plainly, since row policies let only such comparisons use an index.
"""

from collections.abc import Iterator
from datetime import datetime
from math import cos, radians
from typing import Any

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of
from sqlalchemy import ColumnElement, and_, false, func, not_, or_, union
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import needs
from ihala_directory.errors import UnknownNeedCode, UnknownPlace
from ihala_directory.hsds import asked as asks
from ihala_directory.hsds import terms
from ihala_directory.hsds.errors import PointMissing
from ihala_directory.hsds.matching_ids import matching_at_ids, matching_ids
from ihala_directory.places import places
from ihala_directory.tables import Location, Organization, Reach, Service, ServiceAtLocation
from ihala_directory.visible import Published, published

Condition = ColumnElement[bool]
PUBLISHED_STATES = ("active", "suspended", "left")  # of organisations; one that only applied is nobody's business
_EARTH_METRES = 6_371_000.0
_METRES_PER_DEGREE = 111_000.0  # a little less than it is: the box is a little too large, never too small


def seen(caller: Caller, *tables: Published) -> Condition:
    """Return what the caller may see of these; for nobody in the plain form that the indexes for the public are made for."""
    known = published(caller, *tables)
    if caller.is_anonymous:
        known = and_(*(not_(col(table.hidden)) for table in tables))
        known = and_(known, not_(col(Service.restricted))) if Service in tables else known
    return and_(known, col(Organization.status).in_(PUBLISHED_STATES)) if Organization in tables else known


async def of_services(tx: AsyncSession, asked: asks.Entries) -> Condition:
    """Return the condition for services. Raises UnknownPlace, UnknownNeedCode, PointMissing (422)."""
    found = [seen(caller_of(tx), Service)]
    if asked.search:
        found.append(await matching_ids(tx, asked.search))
    if asked.organization_id:
        found.append(col(Service.organization_id) == asked.organization_id)
    if asked.modified_after:
        found.append(col(Service.id).in_(_changed(tx, asked.modified_after)))
    found += [_for_groups(codes) if groups else _service_reaches(tx, col(Reach.need_code).in_(codes)) for groups, codes in _codes(asked)]
    found += [_service_reaches(tx, col(Reach.area_code).in_(codes)) for codes in _areas(asked)]
    near = _near(asked)
    if near is not None:
        places_near = _ats(tx, ServiceAtLocation.service_id).where(near)
        found.append(col(Service.id).in_(places_near))
    return and_(*found)


async def of_ats(tx: AsyncSession, asked: asks.Entries) -> Condition:
    """Return the condition for services at locations. Raises the same."""
    about_service = asked.model_copy(update=dict.fromkeys(_OF_A_PLACE))
    near = _near(asked)
    found = [seen(caller_of(tx), ServiceAtLocation), col(ServiceAtLocation.status) == "open"]
    if about_service.model_dump(exclude_none=True, include=_ABOUT_SERVICE):
        wanted = select(Service.id).where(await of_services(tx, about_service))
        found.append(col(ServiceAtLocation.service_id).in_(wanted))
    if asked.search:
        found.append(await matching_at_ids(tx, asked.search))
    if asked.modified_after:
        found.append(col(ServiceAtLocation.id).in_(_changed_ats(tx, asked.modified_after)))
    reached = (select(Reach.service_at_location_id).where(col(Reach.area_code).in_(codes)) for codes in _areas(asked))
    found += [col(ServiceAtLocation.id).in_(one) for one in reached]
    if near is not None:
        found.append(col(ServiceAtLocation.location_id).in_(select(Location.id).where(seen(caller_of(tx), Location), near)))
    return and_(*found)


async def of_organizations(tx: AsyncSession, asked: asks.Entries) -> Condition:
    """Return the condition for organisations: those with a service of which all that is asked about services holds. Raises the same."""
    found = [seen(caller_of(tx), Organization)]
    if asked.organization_id:
        found.append(col(Organization.id) == asked.organization_id)
    if asked.modified_after:
        found.append(col(Organization.changed_at) >= asked.modified_after)
    about = asked.model_copy(update={"organization_id": None, "modified_after": None})
    if about.model_dump(exclude_none=True, include=_ABOUT_SERVICE):
        offering = select(Service.organization_id).where(await of_services(tx, about))
        found.append(col(Organization.id).in_(offering))
    return and_(*found)


_OF_A_PLACE = ("search", "governorate", "district", "proximity", "lat", "lon", "modified_after")
_ABOUT_SERVICE = {
    "search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "need", "governorate", "district",
    "proximity", "lat", "lon",
}  # fmt: skip


def _ats(tx: AsyncSession, column: Any) -> Any:
    """Return the query for open services at locations that may be seen, with their locations."""
    return (
        select(column)
        .select_from(ServiceAtLocation)
        .join(Location, col(Location.id) == ServiceAtLocation.location_id)
        .where(ServiceAtLocation.status == "open", seen(caller_of(tx), ServiceAtLocation, Location))
    )


def _service_reaches(tx: AsyncSession, condition: Condition) -> Condition:
    reached = _ats(tx, ServiceAtLocation.service_id).join(Reach, col(Reach.service_at_location_id) == ServiceAtLocation.id)
    return col(Service.id).in_(reached.where(condition))


def _changed(tx: AsyncSession, since: datetime) -> Any:
    """Return the services that changed since then in any part that is shown; each branch is one look into an index."""
    caller = caller_of(tx)
    ats = select(ServiceAtLocation.service_id).where(seen(caller, ServiceAtLocation))
    return union(
        select(Service.id).where(Service.changed_at >= since),
        select(Service.id)
        .join(Organization, col(Organization.id) == Service.organization_id)
        .where(Organization.changed_at >= since, seen(caller, Organization)),
        ats.where(ServiceAtLocation.changed_at >= since),
        ats.join(Location, col(Location.id) == ServiceAtLocation.location_id).where(Location.changed_at >= since, seen(caller, Location)),
    )


def _changed_ats(tx: AsyncSession, since: datetime) -> Any:
    """Return the services at locations that changed since then, or whose location, service or organisation did."""
    ats = select(ServiceAtLocation.id)
    parts = (
        (Location, ServiceAtLocation.location_id),
        (Service, ServiceAtLocation.service_id),
        (Organization, ServiceAtLocation.organization_id),
    )
    joined = (
        ats.join(table, col(table.id) == column).where(col(table.changed_at) >= since, seen(caller_of(tx), table))
        for table, column in parts
    )
    return union(ats.where(ServiceAtLocation.changed_at >= since), *joined)


def _for_groups(codes: list[str]) -> Condition:
    """Return the condition for services that are for one of these groups by name."""
    return or_(false(), *(col(Service.rules).contains({"statuses": [code]}) for code in codes))


def _codes(asked: asks.Entries) -> Iterator[tuple[bool, list[str]]]:
    """Yield the codes that are asked for, each list with whether they are of groups; an id that is none of ours holds for nothing."""
    if asked.need is not None:
        if not needs.is_need(asked.need):
            raise UnknownNeedCode(pointer=asked.pointer("need"))
        yield False, [asked.need]
    if asked.taxonomy_term_id is not None:
        entry = terms.by_id().get(str(asked.taxonomy_term_id))
        yield (terms.taxonomy_of(entry) == "groups", terms.codes_below(entry)) if entry else (True, [])
    if asked.taxonomy_id is not None:
        key = terms.TAXONOMIES.get(str(asked.taxonomy_id))
        if key != "needs":  # every service meets some need
            yield True, [code for code, one in needs.entries().items() if one.kind == "group"] if key else []


def _areas(asked: asks.Entries) -> Iterator[list[str]]:
    for level in ("governorate", "district"):
        code = getattr(asked, level)
        if code is not None:
            area = places().area(code)
            if area is None or area.level != level:
                raise UnknownPlace(pointer=asked.pointer(level))
            yield places().around(code)


def _near(asked: asks.Entries) -> Condition | None:
    """Return the condition for a location's point: in a box that an index can find, and then really within the distance.

    Nothing hidden has a point; said again, since the index holds what is not hidden.
    """
    given = (asked.proximity, asked.lat, asked.lon)
    if given == (None, None, None):
        return None
    if asked.proximity is None or asked.lat is None or asked.lon is None:
        raise PointMissing(pointer=asked.pointer("proximity"))
    high = asked.proximity / _METRES_PER_DEGREE
    wide = high / max(cos(radians(min(abs(asked.lat) + high, 89.0))), 0.01)
    latitude, longitude = col(Location.latitude), col(Location.longitude)
    box = and_(latitude.between(asked.lat - high, asked.lat + high), longitude.between(asked.lon - wide, asked.lon + wide))
    return and_(not_(col(Location.hidden)), box, _metres(asked.lat, asked.lon) <= asked.proximity)


def _metres(lat: float, lon: float) -> ColumnElement[float]:
    """Return the distance of a location's point along the ground (haversine)."""
    latitude, longitude = col(Location.latitude), col(Location.longitude)
    north = func.power(func.sin(func.radians(latitude - lat) / 2), 2)
    east = func.power(func.sin(func.radians(longitude - lon) / 2), 2)
    inside = func.least(1.0, north + func.cos(func.radians(lat)) * func.cos(func.radians(latitude)) * east)
    return 2 * _EARTH_METRES * func.asin(func.sqrt(inside))
