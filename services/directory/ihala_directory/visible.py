"""Which rows a caller may see, as conditions of queries: the first lock. The row policies of the database are the second."""

from typing import Any

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, and_, not_, or_, true
from sqlmodel import col

from ihala_directory.tables import Location, Organization, PlacementAnswer, Reservation, Service, ServiceAtLocation

Published = type[Organization] | type[Service] | type[Location] | type[ServiceAtLocation]
Held = type[Reservation] | type[PlacementAnswer]


def published(caller: Caller, *tables: Published) -> ColumnElement[bool]:
    """Return the condition for entries: what is hidden only the cleared see, and its own organisation."""
    if caller.is_system or caller.cleared:
        return true()
    return and_(*(or_(not_(col(table.hidden)), _organization_of(table) == caller.organization_id) for table in tables))


def held(caller: Caller, table: Held) -> ColumnElement[bool]:
    """Return the condition for places that are held and for answers: the operator's own, restricted ones for the cleared."""
    if caller.is_system:
        return true()
    ours = col(table.operator_id) == caller.organization_id
    return ours if caller.cleared else and_(ours, not_(col(table.restricted)))


def _organization_of(table: Published) -> Any:
    return col(Organization.id) if table is Organization else col(table.organization_id)  # type: ignore[union-attr]
