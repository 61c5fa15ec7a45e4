"""Who reads which figures, when, and in which form."""

import csv
import io
from datetime import UTC, date, datetime
from uuid import UUID

from ihala_contracts import intake_v1
from ihala_referral import consequences, labels
from ihala_referral.statistics import counting, measures, models
from ihala_referral.statistics.words import named, place

from tests.referral.actors import COORDINATOR, FIRST, MOMD, NGO, STRANGER
from tests.referral.figures import APRIL, OFFICE, OTHERS, PLANNER, counts, published, put, read
from tests.referral.world import World


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
