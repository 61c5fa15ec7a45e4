"""Worklists of referrals and placements: what is open, by its next instant. Each list has an index of its own order.

A page reads at most `WINDOW` rows, whatever the filters: where they let few through, it may hold less than was asked for, and still
have a next one. Counts stop at `COUNTED`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import fetch, now
from ihala_kit.pages import Key, PageRequest, tell_next
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.worklists.sides import OFFICERS, Side, officer_of

WINDOW = 1000
COUNTED = 1000
SOON = timedelta(days=1)
Row = Any  # a record of the driver: its values by column
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = UUID(int=0)


class Which(StrEnum):
    """Which work of the organisation: the officer's own, all, what nobody has, what is due within a day, what was missed."""

    MINE = "mine"
    ALL = "all"
    UNASSIGNED = "unassigned"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Source:
    """A table and how it is looked at; the words are those of the indexes, or PostgreSQL would not know them again."""

    table: str
    whose: str
    officer: str
    overdue: str
    unrestricted: str
    columns: str


# As in migration 0004. Who acts as origin: the owning office, for centres of the Ministry of Interior and for origins that are away.
ORIGIN = "(CASE WHEN origin_away OR origin_kind IN ('rgc','wlco','hlp','cpf') THEN operator_id ELSE origin_id END)"
OVERDUE = (
    "CASE state WHEN 'offered' THEN fired && '{acknowledge,decide}'::text[] WHEN 'acknowledged' THEN fired && '{decide}'::text[]"
    " WHEN 'accepted' THEN fired && '{level_1}'::text[] WHEN 'waitlisted' THEN reviews_missed > 0"
    " WHEN 'in_service' THEN reviews_missed > 0 ELSE false END"
)
_WHOSE = {Side.RECEIVER: "organization_id", Side.OFFICE: "operator_id", Side.ORIGIN: ORIGIN}
_OF_REFERRAL = (
    "id, reference, state, need_code, coalesce(need_urgency, urgency) AS urgency, restricted,"
    " coalesce(need_governorate, governorate) AS governorate, organization_id, service_id, service_name, owner, next_at,"
    " acknowledge_by, decide_by, answer_by, review_at, first_contact_by, resume_by, offered_at, moved_at, need_changed, rounds,"
    " need_id, placement_id, origin_id, version"
)
_OF_PLACEMENT = (
    "id, need_id, reference, state, owner, need_code, sensitivity, urgency, governorate, district, origin_id, origin_kind,"
    " triage_reasons, failing, requested_at, next_at, end_reason, route, version"
)
REFERRALS = {side: Source("referral", whose, OFFICERS[side], OVERDUE, "NOT restricted", _OF_REFERRAL) for side, whose in _WHOSE.items()}
PLACEMENTS = Source("placement", "operator_id", "officer", "level > 0", "sensitivity <> 'restricted'", _OF_PLACEMENT)


@dataclass(slots=True)
class _Query:
    """Conditions of a query with their values."""

    values: list[object]
    conditions: list[str] = field(default_factory=list)

    def where(self, condition: str, *values: object) -> None:
        """Add a condition; each `?` stands for the next of its values."""
        for value in values:
            self.values.append(value)
            condition = condition.replace("?", f"${len(self.values)}", 1)
        self.conditions.append(condition)

    @property
    def text(self) -> str:
        return " AND ".join(self.conditions) or "true"


@dataclass(frozen=True, slots=True)
class Filter:
    """One wish of the caller; `?` in the condition stands for its value. `exact`: an index has it before the instant."""

    condition: str
    value: object
    exact: bool = False


def _begin(source: Source, which: Which, caller: Caller, at: datetime, values: list[object]) -> _Query:
    """Return the conditions of a list, without its filters; their values go to `values`."""
    query = _Query(values)
    query.where(f"{source.whose} = ?", caller.organization_id)
    query.where("ended_at IS NULL")
    if which is Which.MINE:
        query.where(f"{source.officer} = ?", officer_of(caller))
    elif which is Which.UNASSIGNED:
        query.where(f"{source.officer} IS NULL")
    elif which is Which.DUE:
        query.where("next_at <= ?", at + SOON)
    elif which is Which.OVERDUE:
        query.where(source.overdue)
    if not caller.cleared:
        query.where(source.unrestricted)
    return query


def _order(source: Source, which: Which) -> str:
    """Return the list's order; with the officer's column in front where it is empty, since the index begins with it."""
    return f"{source.officer}, next_at, id" if which is Which.UNASSIGNED else "next_at, id"


async def page(
    tx: AsyncSession, caller: Caller, source: Source, which: Which, filters: Iterable[Filter], asked: PageRequest
) -> Sequence[Row]:
    """Return a page of a list as rows of `source.columns`, `officer` and `overdue`, and write the Link to the next one."""
    wished, values = list(filters), list[object]()
    query = _begin(source, which, caller, now(tx), values)
    query.where("(next_at, id) > (?, ?)", *(asked.after_as(datetime, UUID) or (_BEGINNING, _FIRST)))
    for one in wished:
        if one.exact:
            query.where(one.condition, one.value)
    own, outer = list(values), _Query(values)
    for one in wished:
        if not one.exact:
            outer.where(one.condition, one.value)
    inner = f"FROM {source.table} WHERE {query.text} ORDER BY {_order(source, which)}"
    shown = f"{source.columns}, {source.officer} AS officer, {source.overdue} AS overdue"
    open_ones = f"SELECT {shown} {inner} LIMIT {WINDOW}"  # only words of ours; what a caller sent is in the values
    order = "officer, next_at, id" if which is Which.UNASSIGNED else "next_at, id"
    statement = f"SELECT * FROM ({open_ones}) AS open WHERE {outer.text} ORDER BY {order} LIMIT {asked.fetch}"  # noqa: S608
    rows = await fetch(tx, statement, *values)
    if len(rows) > asked.limit:
        tell_next(asked, _key(rows[asked.limit - 1]))
    elif outer.conditions:  # they let few through: it goes on behind the window, if that was full
        for row in await fetch(tx, f"SELECT next_at, id {inner} OFFSET {WINDOW - 1} LIMIT 1", *own):
            tell_next(asked, _key(row))
    return rows[: asked.limit]


def _key(row: Row) -> Key:
    return row["next_at"], row["id"]


async def counts(tx: AsyncSession, caller: Caller, source: Source, states: Sequence[str]) -> dict[str, int]:
    """Return how much each list and, of all, each state holds: at most `COUNTED` + 1 each."""
    at, values, parts = now(tx), list[object](), list[str]()
    for name, which in [*((which.value, which) for which in Which), *((state, Which.ALL) for state in states)]:
        query = _begin(source, which, caller, at, values)
        if name in states:
            query.where("state = ?", name)
        counted = f"SELECT FROM {source.table} WHERE {query.text} LIMIT {COUNTED + 1}"
        parts.append(f"SELECT '{name}' AS name, count(*) FROM ({counted}) AS counted")  # noqa: S608
    rows = await fetch(tx, " UNION ALL ".join(parts), *values)
    return {row["name"]: row["count"] for row in rows}
