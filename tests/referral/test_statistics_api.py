"""Who reads which figures, when, and in which form."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts import intake_v1
from ihala_referral import consequences, labels
from ihala_referral.statistics import counting, measures, models, publishing, reading, sheets
from ihala_referral.statistics.words import named, place
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.referral.actors import COORDINATOR, FIRST, MOMD, NGO, STRANGER, Actor
from tests.referral.world import Answer, World

OFFICE = Actor("office", MOMD, "operator", "referral:statistics", ("coordinator",), None, True)
OTHERS = Actor("other-office", uuid4(), "operator", "referral:statistics", (), None)
PLANNER = Actor("planner", kind="planning", scopes="referral:statistics", operator_id=None)
APRIL = datetime(2026, 4, 1, 6, tzinfo=UTC)
_SUM = "INSERT INTO statistic_count VALUES (:operator, :month, :place, :measure, :breakdown, :category, :n) RETURNING 1"


async def put(world: World, needs: dict[str, int], place: str = "IQG15", month: int = 1, operator: UUID = MOMD) -> None:
    """Put sums where counting puts them: of accepted needs, in a month of 2026, half of them women's."""
    total = sum(needs.values())
    cells = [("need", code, n) for code, n in needs.items()] + [("total", "", total)]
    for breakdown, category, n in [*cells, ("sex", "female", total // 2), ("sex", "male", total - total // 2)]:
        values = {"operator": operator, "month": date(2026, month, 1), "place": place, "measure": "accepted", "n": n}
        await world.rows(_SUM, breakdown=breakdown, category=category, **values)
    for viewer in (operator, counting.EVERYBODY):
        await world.rows(
            "INSERT INTO statistic_sheet VALUES (:v, :q, :g, :at, NULL, false, 0) ON CONFLICT DO NOTHING RETURNING 1",
            v=viewer, q=measures.quarter_of(date(2026, month, 1)), g=place, at=world.now,
        )  # fmt: skip


async def published(world: World) -> None:
    while await counting.count(world.database) or await publishing.publish(world.database):
        pass


async def read(world: World, actor: Actor | None, query: str = "", **headers: str) -> Answer:
    path = f"/v1/statistics?from=2026-Q1&until=2026-Q4{query}"
    return await world.call(actor, "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def counts(answer: Answer) -> dict[tuple[str, str], int | None]:
    return {(item["period"], item["category"]): item["count"] for item in answer.body["items"]}


async def test_an_operator_sees_its_own_at_once_and_others_only_what_is_over(world: World) -> None:
    world.set_time(datetime(2026, 3, 31, 18, tzinfo=UTC))
    await put(world, {"housing.hlp": 30, "work.job": 20})
    await published(world)
    own = await read(world, OFFICE, "&by=need")
    assert counts(own) == {(p, c): n for p in ("2026-01", "2026-Q1") for c, n in (("housing.hlp", 30), ("work.job", 20))}
    assert {item["final"] for item in own.body["items"]} == {False}
    for actor in (OTHERS, PLANNER):
        assert (await read(world, actor)).body["items"] == []
    assert (await read(world, OFFICE, "&whose=everybody")).body["items"] == []
    world.set_time(datetime(2026, 4, 4, 6, tzinfo=UTC))
    await published(world)
    for actor in (OFFICE, PLANNER):
        found = await read(world, actor, "&period=quarter")
        assert counts(found) == {("2026-Q1", ""): 50}
        assert {item["final"] for item in found.body["items"]} == {True}
    assert (await read(world, OTHERS)).body["items"] == []


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


async def test_small_counts_are_hidden_in_all_that_is_read(world: World) -> None:
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30, "housing.repair": 3, "work.job": 20})
    await put(world, {"housing.hlp": 40}, month=2)
    await put(world, {"housing.hlp": 4}, place="IQG09")
    world.advance(days=5)
    await published(world)
    shown = counts(await read(world, PLANNER, "&by=need&governorate=IQG15"))
    assert {cell for cell, n in shown.items() if n is None} == {
        (period, code) for period in ("2026-01", "2026-Q1") for code in ("housing.hlp", "housing.repair")
    }  # fmt: skip
    assert counts(await read(world, PLANNER, "&governorate=IQG09")) == {("2026-01", ""): None, ("2026-Q1", ""): None}
    assert counts(await read(world, PLANNER, "&by=sex&governorate=IQG09")) == {("2026-01", "*"): None}
    assert {item["hidden"] for item in (await read(world, PLANNER, "&governorate=IQG09")).body["items"]} == {True}


async def test_an_operator_cannot_subtract_itself_from_everybody(world: World) -> None:
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30})
    await put(world, {"housing.hlp": 3}, operator=OTHERS.organization_id)
    world.advance(days=5)
    await published(world)
    assert counts(await read(world, OFFICE, "&by=need&period=month")) == {("2026-01", "housing.hlp"): 30}
    assert counts(await read(world, PLANNER, "&by=need&period=month")) == {("2026-01", "housing.hlp"): None}


async def test_the_public_reads_quarters_and_domains_alone(world: World) -> None:
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30, "housing.repair": 20, "work.job": 9})
    world.advance(days=5)
    await published(world)
    for token in (world.mint.headers("referral", client_id="anonymous", org=str(UUID(int=0)), org_kind="anonymous"), world.token(STRANGER)):
        found = await world.call(None, "GET", "/v1/statistics/public", headers=token)
        assert (found.status, found.headers["Cache-Control"]) == (200, "public, max-age=3600")
        assert counts(found) == {("2026-Q1", "housing"): 50, ("2026-Q1", "work"): 9, ("2026-Q1", ""): 59}


async def test_nobody_else_reads(world: World) -> None:
    assert (await read(world, None)).status == 401
    for actor in (COORDINATOR, FIRST, STRANGER):
        refused = await read(world, actor)
        assert (refused.status, refused.problem) == (403, "insufficient-scope")


async def test_csv_names_and_what_did_not_change(world: World) -> None:
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30, "housing.repair": 3, "work.job": 20})
    world.advance(days=5)
    await published(world)
    english = await read(world, PLANNER, "&by=domain")
    assert {item["category_name"] for item in english.body["items"]} == {"Housing, land and property", "Work and livelihoods"}
    assert {item["governorate_name"] for item in english.body["items"]} == {"Ninewa"}
    again = await read(world, PLANNER, "&by=domain", If_None_Match=english.etag)
    assert (again.status, again.headers["ETag"]) == (304, english.etag)
    arabic = await read(world, PLANNER, "&by=domain", Accept_Language="ar", If_None_Match=english.etag)
    assert (arabic.status, arabic.headers["Content-Language"]) == (200, "ar")
    path = "/v1/statistics?from=2026-Q1&until=2026-Q1&by=need"
    async with world.session.get(path, headers={**world.token(PLANNER), "Accept": "text/csv"}) as answer:
        assert answer.content_type == "text/csv"
        rows = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert {(row["period"], row["category"]): row["count"] for row in rows} == {
        (period, code): n for period in ("2026-01", "2026-Q1")
        for code, n in (("housing.hlp", ""), ("housing.repair", ""), ("work.job", "20"))
    }  # fmt: skip


async def test_what_is_asked_for_has_bounds(world: World) -> None:
    for query, problem in (
        ("from=2026-Q4&until=2026-Q1", "too-many-quarters"), ("from=2024-Q1&until=2026-Q1", "too-many-quarters"),
        ("from=2026-Q5", "malformed-request"), ("measure=names", "malformed-request"), ("governorate=%27", "malformed-request"),
    ):  # fmt: skip
        refused = await world.get(PLANNER, f"/v1/statistics?{query}")
        assert (refused.status, refused.problem) == (422, problem), query


async def test_restricted_needs_are_read_once_there_are_ten_and_never_by_the_public(world: World) -> None:
    world.set_time(datetime(2026, 3, 30, 6, tzinfo=UTC))
    for n in range(12):
        await world.identified(NGO, sensitivity="restricted", need_code="protection", governorate="IQG15" if n < 10 else "IQG09")
    await published(world)
    assert (await read(world, OFFICE, "&by=restricted")).body["items"] == [], "not before the quarter is over"
    world.advance(days=5)
    await published(world)
    for actor in (OFFICE, PLANNER):
        [item] = (await read(world, actor, "&by=restricted")).body["items"]
        assert (item["governorate"], item["period"], item["measure"], item["count"]) == ("IQG15", "2026-Q1", "identified", 10)
    for by in ("total", "need", "domain", "sex"):
        assert (await read(world, OFFICE, f"&by={by}")).body["items"] == []
    anybody = await world.call(None, "GET", "/v1/statistics/public", headers=world.token(STRANGER))
    assert anybody.body["items"] == []


async def test_sums_themselves_are_shown_to_nobody(world: World) -> None:
    await world.identified(NGO)
    while await counting.count(world.database):
        pass
    from ihala_kit.auth import Caller
    from sqlalchemy import text

    async with world.database.transaction(Caller("office", MOMD, "operator", cleared=True)) as tx:
        for table in ("statistic_event", "statistic_count", "statistic_time", "statistic_restricted"):
            assert (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0, table


def test_everything_has_a_name_in_each_language() -> None:
    for language in ("en", "ar", "ckb"):
        names = [named("measure", measure, language) for measure in (*measures.MEASURES, *measures.FED_BY)]
        assert len(set(names)) == len(names)
        kinds = ("operator", "rgc", "wlco", "hlp", "lmrc", "state", "cso", "nngo", "ingo", "io", "private", "unknown")
        assert all(named("provider_kind", kind, language) != kind for kind in kinds)
        assert all(named("result", reason.code, language) != reason.code for reason in consequences.reasons())
        assert place("IQG15", language) != "IQG15"
    assert labels.domain("housing") is not None
    assert set(models.Measure.__args__) == {*measures.MEASURES, *measures.FED_BY}
    assert intake_v1.Urgency.EMERGENCY.value == "emergency" and named("urgency", "emergency", "en") == "Emergency"


async def test_times_are_read_as_half_and_nine_of_ten(world: World) -> None:
    world.set_time(APRIL)
    await put(world, {"housing.hlp": 30})
    insert = "INSERT INTO statistic_time VALUES (:o, :m, 'IQG15', 'time_to_decide', 'urgency', :urgency, :bucket, :n) RETURNING 1"
    for urgency, bucket, n in (("routine", 10, 20), ("routine", 13, 10), ("emergency", 3, 9)):
        await world.rows(insert, o=MOMD, m=date(2026, 2, 1), urgency=urgency, bucket=bucket, n=n)
    world.advance(days=5)
    await published(world)
    items = (await read(world, PLANNER, "&by=urgency")).body["items"]
    assert {(item["period"], item["category"]) for item in items} == {("2026-02", "routine"), ("2026-Q1", "routine")}, "nine are too few"
    for item in items:
        assert measures.HOURS[9] < item["median_hours"] <= measures.HOURS[10]
        assert measures.HOURS[12] < item["p90_hours"] <= measures.HOURS[13]
        assert (item["count"], item["hidden"], item["measure_name"]) == (None, False, "Hours from offer to decision")
