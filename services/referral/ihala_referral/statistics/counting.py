"""Adds what was noted to the sums, a batch a transaction: one writer at a time, so that no sum is waited for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ihala_kit.auth import NO_ORGANIZATION, Caller
from ihala_kit.db import Database, now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import sealing
from ihala_referral.statistics import measures, store
from ihala_referral.tables import StatisticEvent

BATCH = 500
EVERYBODY = NO_ORGANIZATION
"""Who sees the sheets of all operators together: planning bodies and the public."""


@dataclass
class Known:
    """What a batch's events do not say themselves: whose first it was, and the facts while their key lives."""

    facts: dict[UUID, sealing.Facts]
    firsts: set[tuple[str, UUID]]  # (measure, referral); of `unserved` the event
    unserved: dict[UUID, datetime]  # by placement: when nobody was found for the first time


@dataclass
class Sums:
    """What a batch adds."""

    counts: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    times: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    restricted: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    sheets: set[tuple[UUID, date, str]] = field(default_factory=set)


async def count(database: Database) -> int:
    """Count the oldest of what was noted; return how many there were, 0 also where another process is at it."""
    async with database.transaction(Caller.system("statistics")) as tx:
        if not await store.alone(tx):
            return 0
        events = await store.noted(tx, BATCH)
        if events:
            sums = added(events, await _known(tx, events))
            await store.add(tx, sums.counts, sums.times, sums.restricted)
            await store.touch(tx, sums.sheets, now(tx))
            await store.forget(tx, [event.id for event in events])
        return len(events)


async def _known(tx: AsyncSession, events: Sequence[StatisticEvent]) -> Known:
    firsts = await store.first_attempts(tx, _about(events, *measures.FIRSTS))
    earliest = await store.first_unserved(tx, _about(events, measures.UNSERVED, measures.ACCEPTED))
    unserved = (event for event in events if event.measure == measures.UNSERVED)
    firsts |= {(measures.UNSERVED, event.id) for event in unserved if event.at == earliest.get(event.placement_id)}
    facts = await store.facts(tx, sorted({event.placement_id for event in events if not event.restricted}))
    return Known(facts, firsts, earliest)


def _about(events: Sequence[StatisticEvent], *happened: str) -> list[UUID]:
    """Return the placements to which one of these happened."""
    return sorted({event.placement_id for event in events if event.measure in happened})


def added(events: Sequence[StatisticEvent], known: Known) -> Sums:
    """Return what these events add to the sums."""
    sums = Sums()
    for event in events:
        month = measures.month_of(event.at)
        quarter = measures.quarter_of(month)
        happened = list(_measures(event, known))
        if happened:
            sums.sheets |= {(viewer, quarter, event.governorate) for viewer in (event.operator_id, EVERYBODY)}
        if event.restricted:
            sums.restricted.update((event.operator_id, quarter, event.governorate, measure) for measure in happened)
            continue
        place = (event.operator_id, month, event.governorate)
        person = _person(known.facts.get(event.placement_id, {}))
        for measure in happened:
            sums.counts.update((*place, measure, *category) for category in _categories(event, measure, person))
        sums.times.update((*place, *one) for one in _times(event, known))
    return sums


def _measures(event: StatisticEvent, known: Known) -> Iterator[str]:
    """Yield what an event is counted as: what is once a need only when it is the first."""
    if event.measure == measures.UNSERVED and (event.measure, event.id) not in known.firsts:
        return
    yield event.measure
    if event.measure == measures.ACCEPTED and (event.measure, event.referral_id) in known.firsts:
        yield measures.PLACED
        unserved_at = known.unserved.get(event.placement_id)
        if unserved_at is not None and unserved_at < event.at:  # it may be counted long after, and nobody be found since
            yield measures.FOUND_LATER


def _categories(event: StatisticEvent, measure: str, person: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield measures.TOTAL, ""
    yield measures.NEED, event.need_code
    yield from person.items()
    if measure not in measures.OF_NEEDS:
        yield measures.KIND, event.provider_kind or measures.UNKNOWN
    if measure in measures.WITH_RESULT:
        yield measures.RESULT, event.result or measures.UNKNOWN


def _times(event: StatisticEvent, known: Known) -> Iterator[tuple[str, str, str, int]]:
    """Yield clock, break-down, category and bucket."""
    step, request = measures.CLOCKS.get(event.measure, (None, None))
    found = {step: event.step_seconds}
    if request is not None and (event.measure, event.referral_id) in known.firsts:
        found[request] = event.request_seconds
    for clock, seconds in found.items():
        if clock is not None and seconds is not None:
            bucket = measures.bucket(seconds)
            yield clock, measures.TOTAL, "", bucket
            yield clock, measures.KIND, event.provider_kind or measures.UNKNOWN, bucket
            yield clock, measures.URGENCY, event.urgency, bucket


def _person(facts: sealing.Facts) -> dict[str, str]:
    """Return the categories of the person; unknown where it was not said, or the key is destroyed."""
    sex, disability = facts.get("sex"), facts.get("disability")
    return {
        measures.SEX: sex if sex in measures.SEXES else measures.UNKNOWN,
        measures.AGE: sealing.age_band(facts.get(sealing.AGE)) or measures.UNKNOWN,
        measures.DISABILITY: {True: "yes", False: "no"}.get(disability, measures.UNKNOWN) if disability is not None else measures.UNKNOWN,
    }  # fmt: skip
