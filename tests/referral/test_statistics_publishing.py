"""When a sheet of figures is made, and that what is final stays."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from ihala_referral.statistics import counting, publishing, reading, sheets
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.referral.actors import NGO
from tests.referral.figures import APRIL, OFFICE, PLANNER, counts, published, put, read
from tests.referral.world import World


async def test_what_is_final_never_changes(world: World) -> None:
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30})
    world.advance(days=5)
    await published(world)
    before = await read(world, PLANNER)
    await world.rows("UPDATE statistic_count SET n = n + 1 RETURNING 1")
    await world.rows("UPDATE statistic_sheet SET changed_at = changed_at + interval '30 days' RETURNING 1")
    world.advance(days=60)
    await published(world)
    after = await read(world, PLANNER)
    assert (after.body, after.etag) == (before.body, before.etag)


async def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[Any]]) -> None:
    """Publish one sheet, and let something happen while its figures are made; that nothing of it is waited for is part of it."""
    make, loop = sheets.figures, asyncio.get_running_loop()

    def slowly(*given: Any) -> Any:
        monkeypatch.setattr(sheets, "figures", make)
        asyncio.run_coroutine_threadsafe(happens(), loop).result(timeout=5)
        return make(*given)

    monkeypatch.setattr(sheets, "figures", slowly)
    assert await publishing.publish(world.database) == 1


async def test_what_is_counted_while_a_sheet_is_made_does_not_wait_and_is_published_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    world.set_time(datetime(2026, 3, 20, 6, tzinfo=UTC))
    await put(world, {"housing.hlp": 30})
    for _ in range(6):
        await world.identified(NGO)
    await meanwhile(world, monkeypatch, lambda: counting.count(world.database))
    assert {item["measure"] for item in (await read(world, OFFICE)).body["items"]} == {"accepted"}
    world.advance(minutes=11)
    await published(world)
    assert {item["measure"] for item in (await read(world, OFFICE)).body["items"]} == {"accepted", "identified"}


async def test_what_would_be_final_is_made_anew_when_something_of_it_was_counted_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30})
    world.advance(days=5)

    async def counts_one_more() -> None:
        await world.rows("UPDATE statistic_count SET n = n + 1 WHERE category IN ('', 'housing.hlp') RETURNING 1")
        await world.rows("UPDATE statistic_sheet SET changed_at = changed_at + interval '1 second' RETURNING 1")

    await meanwhile(world, monkeypatch, counts_one_more)
    assert await world.value("SELECT count(*) FROM statistic_sheet WHERE final") == 0
    await published(world)
    assert counts(await read(world, PLANNER, "&period=quarter")) == {("2026-Q1", ""): 31}


async def test_two_who_make_the_same_sheet_publish_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30})
    world.advance(days=5)
    await meanwhile(world, monkeypatch, lambda: publishing.publish(world.database))
    await published(world)
    assert {row.version for row in await world.rows("SELECT version FROM statistic_sheet")} == {1}


async def test_a_quarter_waits_for_what_was_not_counted_yet(world: World) -> None:
    world.set_time(datetime(2026, 3, 31, 18, tzinfo=UTC))
    await put(world, {"housing.hlp": 30})
    await world.identified(NGO)
    world.advance(days=5)
    while await publishing.publish(world.database):
        pass
    assert await world.value("SELECT count(*) FROM statistic_sheet WHERE final") == 0
    await published(world)
    assert await world.value("SELECT count(*) FROM statistic_sheet WHERE final") == 2


async def test_a_sheet_that_is_published_while_somebody_reads_is_read_the_next_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30})
    world.advance(days=5)
    read_sheets = reading.sheets

    async def overtaken(tx: AsyncSession, asked: reading.Asked) -> Any:
        found = await read_sheets(tx, asked)
        await published(world)
        return found

    monkeypatch.setattr(reading, "sheets", overtaken)
    first = await read(world, PLANNER, "&period=quarter")
    assert (first.status, first.body["items"]) == (200, [])
    monkeypatch.undo()
    again = await read(world, PLANNER, "&period=quarter", If_None_Match=first.etag)
    assert (again.status, counts(again)) == (200, {("2026-Q1", ""): 30})
