"""What was called how often: sums by day, client and route, written with the rows they come from and never counted from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.edge.routes import Route
from ihala_gateway.watching.chain import Row

_KINDS = {
    "day": "date", "client_id": "text", "method": "text", "route": "text", "deprecated": "boolean", "organization_id": "uuid",
    "service": "text", "version": "text", "calls": "bigint", "refused": "bigint", "failed": "bigint", "bytes_in": "bigint",
    "bytes_out": "bigint", "milliseconds": "float8",
}  # fmt: skip
_SUMS = ("calls", "refused", "failed", "bytes_in", "bytes_out", "milliseconds")
_ADD = text(f"""
    INSERT INTO usage ({", ".join(_KINDS)})
    SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _KINDS.items())})
    ON CONFLICT (day, client_id, method, route, deprecated)
    DO UPDATE SET {", ".join(f"{name} = usage.{name} + excluded.{name}" for name in _SUMS)}
""")  # noqa: S608 - our own names

Key = tuple[date, str, str, str, bool]
Sums = dict[Key, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Called:
    """What a route template says to the sums: whose it is, in which version, and whether it is about to go."""

    service: str = ""
    version: str = ""
    deprecated: bool = False


Routes = Mapping[tuple[str, str], Called]  # by method and template


def routes_called(routes: Iterable[Route]) -> Routes:
    """Return what the sums need to know of the services' routes."""
    found = {(one.method, one.template): Called(one.service, version_of(one.template), one.deprecated) for one in routes}
    return found | {("HEAD", template): called for (method, template), called in found.items() if method == "GET"}


def version_of(template: str) -> str:
    """Return which version of an API a route belongs to: `v1` of /intake/v1/needs, `R4` of /fhir/R4/Task; "" where it names none."""
    found = (part for part in template.split("/")[1:3] if part[:1] in {"v", "R"} and part[1:].isdigit())
    return next(found, "")


def summed(rows: Iterable[Row], routes: Routes, counted: Sums | None = None) -> list[dict[str, Any]]:
    """Return the sums of some rows, and of what was counted without, in the order of their keys: the one in which processes lock them."""
    sums = {key: dict(one) for key, one in (counted or {}).items()}
    for row in rows:
        count(sums, row, routes)
    return [sums[key] for key in sorted(sums)]


def count(sums: Sums, row: Row, routes: Routes) -> None:
    """Add a call to sums."""
    client_id, route = row["client_id"] or "", row["route"] or ""
    called = routes.get((row["method"], route)) or Called(version=version_of(route))
    key = (row["at"].astimezone(UTC).date(), client_id, row["method"] if route else "", route, called.deprecated)
    one = sums.get(key)
    if one is None:
        one = sums[key] = _nothing(key, row["organization_id"] if client_id else None, called)  # people of all share the sums of our pages
    one["calls"] += 1
    one["refused"] += 400 <= row["status"] < 500
    one["failed"] += row["status"] >= 500 or row["status"] == 0
    for name in ("bytes_in", "bytes_out", "milliseconds"):
        one[name] += row[name]


async def add(tx: AsyncSession, sums: Sequence[Mapping[str, Any]]) -> None:
    """Add to what is stored."""
    await tx.execute(_ADD, {name: [one[name] for one in sums] for name in _KINDS})


def _nothing(key: Key, organization_id: UUID | str | None, called: Called) -> dict[str, Any]:
    names = dict(zip(("day", "client_id", "method", "route", "deprecated"), key, strict=True))
    owner = {"organization_id": organization_id, "service": called.service, "version": called.version}
    return {**names, **owner, **dict.fromkeys(_SUMS, 0)}
