"""What readers of the access log and of the sums see: an organisation its own; who audits for an operator also what it admitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, Text, cast, func, literal, literal_column, or_, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients.errors import RoleNeeded
from ihala_gateway.clients.rights import OPERATOR
from ihala_gateway.clients.tables import KnownOrganization
from ihala_gateway.tables import Client
from ihala_gateway.watching.tables import AccessLogRow, Usage

_READERS = frozenset({"organization-administrator", "operator-administrator", "auditor"})
_SUMS = ("calls", "refused", "failed", "bytes_in", "bytes_out", "milliseconds")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None leaves it open. Times and days: since is within, until is not."""

    client_id: str | None = None
    organization_id: UUID | None = None
    status: int | None = None
    service: str | None = None
    version: str | None = None
    deprecated: bool | None = None


async def calls(
    tx: AsyncSession, caller: Caller, page: PageRequest, wanted: Wanted, since: datetime | None, until: datetime | None
) -> Sequence[AccessLogRow]:
    """Return the rows that the caller sees, the newest first. Raises RoleNeeded (403)."""
    asked = select(AccessLogRow).where(await _seen(tx, caller, col(AccessLogRow.organization_id), wanted))
    for name in ("client_id", "status"):
        if (value := getattr(wanted, name)) is not None:
            asked = asked.where(getattr(AccessLogRow, name) == value)
    if wanted.status is not None and wanted.status >= 400:
        asked = asked.where(col(AccessLogRow.status) >= literal_column("400"))  # says so in the words of the index of the rare ones
    if since is not None:
        asked = asked.where(col(AccessLogRow.at) >= since)
    if until is not None:
        asked = asked.where(col(AccessLogRow.at) < until)
    if (after := page.after_as(datetime, int)) is not None:
        asked = asked.where(tuple_(col(AccessLogRow.at), col(AccessLogRow.id)) < after)
    found = await tx.exec(asked.order_by(col(AccessLogRow.at).desc(), col(AccessLogRow.id).desc()).limit(page.fetch))
    return found.all()


async def days(tx: AsyncSession, caller: Caller, page: PageRequest, wanted: Wanted, since: date, until: date) -> Sequence[Usage]:
    """Return the sums that the caller sees, by day, client and route. Raises RoleNeeded (403)."""
    asked = select(Usage).where(*await _asked(tx, caller, wanted, since, until))
    if (after := page.after_as(date, str, str)) is not None:
        asked = asked.where(tuple_(col(Usage.day), col(Usage.client_id), _ROUTE) > after)
    return (await tx.exec(asked.order_by(col(Usage.day), col(Usage.client_id), _ROUTE).limit(page.fetch))).all()


async def versions(tx: AsyncSession, caller: Caller, wanted: Wanted, since: date, until: date, most: int) -> Sequence[Any]:
    """Return the sums by client and version over the span, the most called first. Raises RoleNeeded (403)."""
    by = [col(getattr(Usage, name)) for name in ("client_id", "organization_id", "service", "version", "deprecated")]
    sums = [func.sum(getattr(Usage, name)).label(name) for name in _SUMS]
    last_on = func.max(Usage.day).label("last_on")
    asked = select(*by, *sums, last_on).where(*await _asked(tx, caller, wanted, since, until))  # type: ignore[call-overload]
    found: Sequence[Any] = (await tx.exec(asked.group_by(*by).order_by(func.sum(Usage.calls).desc(), *by).limit(most))).all()
    return found


def route_of(row: Usage) -> str:
    """Return what orders the rows of one client and day: one text, since a cursor has at most three values."""
    return f"{row.route} {row.method} {'t' if row.deprecated else 'f'}"


_ROUTE: ColumnElement[str] = (
    col(Usage.route) + literal(" ") + col(Usage.method) + literal(" ") + func.left(cast(col(Usage.deprecated), Text), 1)
)


async def _asked(tx: AsyncSession, caller: Caller, wanted: Wanted, since: date, until: date) -> list[ColumnElement[bool]]:
    asked = [col(Usage.day) >= since, col(Usage.day) < until, await _seen(tx, caller, col(Usage.organization_id), wanted)]
    for name in ("client_id", "service", "version", "deprecated"):
        if (value := getattr(wanted, name)) is not None:
            asked.append(getattr(Usage, name) == value)
    return asked


async def _seen(tx: AsyncSession, caller: Caller, organization: Mapped[UUID | None], wanted: Wanted) -> ColumnElement[bool]:
    """Return which rows the caller sees; for an operator also those of nobody."""
    if caller.roles.isdisjoint(_READERS):
        raise RoleNeeded
    seen = {caller.organization_id}
    if caller.organization_kind == OPERATOR:
        admitted = await tx.exec(select(KnownOrganization.organization_id).where(KnownOrganization.operator_id == caller.organization_id))
        own = await tx.exec(select(Client.organization_id).where(Client.operator_id == caller.organization_id).distinct())
        seen |= {*admitted, *own}
    if wanted.organization_id is not None:
        return organization.in_(seen & {wanted.organization_id})
    among = organization.in_(sorted(seen))
    return or_(organization.is_(None), among) if caller.organization_kind == OPERATOR else among
