"""Who called what, and how often: sums that equal the rows, readers that see their own, exports that can be checked without a database."""

import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from ihala_gateway import cli
from ihala_gateway.watching import store
from ihala_gateway.watching.access_log import AccessLog
from ihala_gateway.watching.exporting import NotAnExport, exported, verify_export
from ihala_gateway.watching.taking_in import take_in
from ihala_gateway.watching.usage import Called, summed, version_of
from ihala_gateway.watching.verifying import KIND, Span
from ihala_kit.audit import AuditReport
from sqlalchemy import text
from typer.testing import CliRunner

from tests.gateway.house import OPERATOR, ORGANIZATION, House
from tests.gateway.logged import row_at

NOW = datetime.now(UTC)
OTHER, ADMITTED = UUID(int=0xB), UUID(int=0xC)
OLD = ("GET", "/referral/v1/old")
ROUTES = {OLD: Called("referral", "v1", True), ("POST", "/intake/v1/requests"): Called("intake", "v1")}


async def test_times_outside_of_all_years_are_refused(home: House) -> None:
    await home.register("reader", roles=["auditor"], scopes=["gateway:audit"])
    signed_in = await home.signed_in("reader")
    for name, time in (("since", "0001-01-01T00:00:00+14:00"), ("until", "9999-12-31T23:59:59-14:00")):
        async with home.session.get("/gateway/v1/access-log", params={name: time}, headers=signed_in) as answer:
            assert answer.status == 422
            assert (await answer.json())["errors"] == [
                {"pointer": f"query/{name}", "code": "year_out_of_range", "title": "This lies outside of the years 1 to 9999."}
            ]


@pytest.fixture(scope="module")
async def logged(home: House) -> House:
    """Calls of three organisations and of nobody, one of them by a route that is about to go."""
    called = [
        row_at(
            NOW, "own", client_id="centre", organization_id=ORGANIZATION, method="POST", route="/intake/v1/requests", status=201, bytes_in=5
        ),
        row_at(NOW, "own-2", client_id="centre", organization_id=ORGANIZATION, method="POST", route="/intake/v1/requests", status=422),
        row_at(NOW, "own-old", client_id="centre", organization_id=ORGANIZATION, route=OLD[1], status=503),
        row_at(NOW - timedelta(days=1), "own-before", client_id="centre", organization_id=ORGANIZATION, route=OLD[1]),
        row_at(NOW, "other", client_id="other", organization_id=OTHER, route=OLD[1]),
        row_at(NOW, "admitted", client_id="admitted", organization_id=ADMITTED, route=OLD[1]),
        row_at(NOW, "nobody", status=404),
    ]
    log = AccessLog(home.database, ROUTES, io.StringIO())
    log._unstored += called
    await log.close()
    await home.register("auditor", scopes=["gateway:audit"], roles=["organization-administrator"])
    await home.register("officer", scopes=["gateway:audit"])
    operator = {"organization_id": str(OPERATOR), "organization_kind": "operator", "scopes": ["gateway:audit"], "roles": ["auditor"]}
    await home.register("operator", **operator)
    known = "INSERT INTO known_organization (organization_id, name, kind, operator_id, cleared) VALUES (:id, 'x', 'nngo', :operator, false)"
    async with home.database.engine.begin() as connection:
        await connection.execute(text(known), {"id": ADMITTED, "operator": OPERATOR})
    return home


async def _items(home: House, who: str, path: str, **query: str) -> list[dict[str, Any]]:
    async with home.session.get(f"/gateway/v1/{path}", params=query, headers=await home.signed_in(who)) as answer:
        assert answer.status == 200, await answer.text()
        items: list[dict[str, Any]] = (await answer.json())["items"]
        return items


async def test_an_organisation_sees_its_own_calls_and_an_operator_those_of_whom_it_admitted(logged: House) -> None:
    own = {item["request_id"] for item in await _items(logged, "auditor", "access-log", since=(NOW - timedelta(days=2)).isoformat())}
    assert own >= {"own", "own-2", "own-old", "own-before"} and not own & {"other", "admitted", "nobody"}
    seen = {item["request_id"] for item in await _items(logged, "operator", "access-log", limit="200")}
    assert seen >= {"own", "admitted", "nobody"} and "other" not in seen
    only = await _items(logged, "operator", "access-log", organization_id=str(ADMITTED))
    assert [(item["request_id"], item["version"], item["status"]) for item in only] == [("admitted", "v1", 200)]
    assert await _items(logged, "operator", "access-log", organization_id=str(OTHER)) == []
    assert [item["request_id"] for item in await _items(logged, "auditor", "access-log", status="503")] == ["own-old"]
    for path in ("access-log", "usage", "usage/versions"):
        async with logged.session.get(f"/gateway/v1/{path}", headers=await logged.signed_in("officer")) as answer:
            assert (answer.status, (await answer.json())["type"]) == (403, "urn:ihala:problem:role-needed")
        async with logged.session.get(f"/gateway/v1/{path}", headers=await logged.signed_in("centre")) as answer:
            assert answer.status == 403


async def test_the_log_is_read_page_by_page_newest_first(logged: House) -> None:
    address, seen = f"/gateway/v1/access-log?limit=2&client_id=centre&until={(NOW + timedelta(seconds=1)).isoformat()[:-6]}Z", []
    while address:
        async with logged.session.get(address, headers=await logged.signed_in("auditor")) as answer:
            assert answer.status == 200, await answer.text()
            seen += [(item["at"], item["request_id"]) for item in (await answer.json())["items"]]
            address = str(answer.links["next"]["url"].path_qs) if "next" in answer.links else ""
    assert [request_id for _, request_id in seen if request_id.startswith("own")] == ["own-old", "own-2", "own", "own-before"]
    assert [at for at, _ in seen] == sorted((at for at, _ in seen), reverse=True) and len(seen) == len(set(seen))


async def test_sums_equal_what_was_called(logged: House) -> None:
    items = await _items(logged, "auditor", "usage", service="intake")
    assert [(item["day"], item["route"], item["calls"], item["refused"], item["failed"], item["bytes_in"]) for item in items] == [
        (NOW.date().isoformat(), "/intake/v1/requests", 2, 1, 0, 5),
    ]  # fmt: skip
    old = await _items(logged, "auditor", "usage", deprecated="true")
    assert [(item["day"], item["calls"], item["failed"]) for item in old] == [
        ((NOW - timedelta(days=1)).date().isoformat(), 1, 0), (NOW.date().isoformat(), 1, 1),
    ]  # fmt: skip
    [only_before] = await _items(logged, "auditor", "usage", deprecated="true", until=NOW.date().isoformat())
    assert only_before["day"] == (NOW - timedelta(days=1)).date().isoformat()
    pages = [await _items(logged, "operator", "usage", limit="200"), await _items(logged, "auditor", "usage", limit="200")]
    assert "other" not in {item["client_id"] for item in pages[0]} and {item["client_id"] for item in pages[1]} >= {"centre"}


async def test_sums_are_read_page_by_page(logged: House) -> None:
    address, seen = "/gateway/v1/usage?limit=1", []
    while address:
        async with logged.session.get(address, headers=await logged.signed_in("operator")) as answer:
            [item] = (await answer.json())["items"]
            seen.append((item["day"], item["client_id"], f"{item['route']} {item['method']}"))
            address = str(answer.links["next"]["url"].path_qs) if "next" in answer.links and len(seen) < 20 else ""
    assert len(seen) >= 5 and len(seen) == len(set(seen))


async def test_an_operator_sees_who_still_calls_what_is_about_to_go(logged: House) -> None:
    items = await _items(logged, "operator", "usage/versions", deprecated="true")
    assert [(item["client_id"], item["service"], item["version"], item["calls"], item["last_on"]) for item in items] == [
        ("centre", "referral", "v1", 2, NOW.date().isoformat()), ("admitted", "referral", "v1", 1, NOW.date().isoformat()),
    ]  # fmt: skip


async def test_what_really_came_in_is_summed_by_its_route(logged: House) -> None:
    before = await _items(logged, "auditor", "usage", client_id="centre", service="referral", deprecated="false")
    for _ in range(2):
        async with logged.session.get("/referral/v1/referrals", headers=await logged.signed_in()):
            pass
    await logged.gateway._log.flush()
    after = await _items(logged, "auditor", "usage", client_id="centre", service="referral", deprecated="false")
    assert sum(item["calls"] for item in after) - sum(item["calls"] for item in before) == 2
    assert {(item["route"], item["version"]) for item in after} == {("/referral/v1/referrals", "v1")}


def test_sums_are_in_one_order_and_keep_days_apart() -> None:
    rows = [row_at(datetime(2026, 1, day, 23, 59, tzinfo=UTC), client_id=who, route=OLD[1]) for who in "ba" for day in (2, 1)]
    found = summed([*rows, row_at(NOW, method="POST", status=0)], ROUTES)
    assert [(one["day"].day, one["client_id"]) for one in found[:4]] == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
    assert (found[-1]["route"], found[-1]["method"], found[-1]["failed"]) == ("", "", 1), "what is no route of ours is one sum"


def test_versions_are_read_off_the_route() -> None:
    routes = ("/intake/v1/needs", "/fhir/R4/Task", "/hsds/services", "/l/{token}", "/intake/vx/v2", "")
    assert [version_of(route) for route in routes] == ["v1", "R4", "", "", "", ""]


async def _lines(home: House, span: Span = Span()) -> list[str]:  # noqa: B008
    return [line async for line in exported(home.database, span)]


def _faults(report: AuditReport) -> list[str]:
    return [one.why for one in report.broken]


async def test_an_export_is_checked_without_the_database(logged: House) -> None:
    await logged.gateway._log.flush()
    lines = await _lines(logged)
    report = verify_export(lines)
    assert _faults(report) == [] and report.links[KIND] == sum('"row"' in line for line in lines) >= 7
    told = "\n".join(lines)
    assert "own-before" in told and '"acting_officer"' in told
    row = next(number for number, line in enumerate(lines) if '"own-2"' in line)
    assert _faults(verify_export([line.replace('"status": 422', '"status": 200') for line in lines])) != []
    assert any("missing" in why for why in _faults(verify_export(lines[:row] + lines[row + 1 :])))
    assert any("out of place" in why or "missing" in why for why in _faults(verify_export([*lines[: row - 1], lines[row], lines[row - 1]])))
    assert any("ends at row" in why for why in _faults(verify_export(lines[:row])))
    with pytest.raises(NotAnExport, match="line 2"):
        verify_export([lines[0], "{}"])


async def test_of_an_export_nothing_is_believed_that_no_hash_is_about(logged: House) -> None:
    lines = await _lines(logged)
    assert '"row"' not in lines[0] and '"row": 1,' in lines[1]
    for headless in (lines[1:], lines[2:], [*lines[1:], *lines]):
        assert "its rows are there without it" in _faults(verify_export(headless))
    dropped = lines[0].replace('"dropped_at": null', '"dropped_at": "2026-01-01T00:00:00+00:00"')
    assert any("ends at row" in why for why in _faults(verify_export([dropped, lines[1]]))), "rows of which it says that they are gone"
    twice = lines[1].replace('"method"', '"method": "GET", "method"')
    for line in (lines[1][:-1] + ', "note": "a word beside"}', twice, "[" * 100_000):
        with pytest.raises(NotAnExport, match="line 2"):
            verify_export([lines[0], line])
    with pytest.raises(NotAnExport, match="nothing in the file"):
        verify_export([])


async def test_an_export_of_a_span_begins_in_the_middle(logged: House) -> None:
    numbers = [json.loads(line)["segment"] for line in await _lines(logged) if '"row"' not in line]
    assert len(numbers) >= 1
    log = AccessLog(logged.database, {}, io.StringIO())
    log._unstored.append(row_at(NOW, "late"))
    await log.close()
    assert log._segment is not None
    report = verify_export(await _lines(logged, Span(since=log._segment.opened_at)))
    assert _faults(report) == [] and report.chains[KIND] >= 1


async def test_the_command_takes_it_out_and_checks_it(logged: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ihala_gateway.watching.cli.settings", lambda: logged.settings)
    out = await _run("access-log", "export", "--from", "2020-01-01")
    file = tmp_path / "log.ndjson"
    file.write_text(out.stdout)
    assert out.exit_code == 0 and '"own-2"' in out.stdout
    whole, of_file = await _run("access-log", "verify"), await _run("access-log", "verify", "--file", str(file))
    assert whole.exit_code == of_file.exit_code == 0, whole.output + of_file.output
    assert whole.stdout.endswith("\nwhole\n")
    file.write_text(out.stdout.replace('"own-2"', '"own-3"'))
    changed = await _run("access-log", "verify", "--file", str(file))
    assert changed.exit_code == 1 and "was changed" in changed.stdout
    file.write_bytes(b"\xff\xfe")
    nothing = await _run("access-log", "verify", "--file", str(file))
    assert nothing.exit_code == 1 and "line 1 of the file is none of an export" in nothing.stderr


async def _run(*words: str) -> Any:
    import asyncio

    return await asyncio.to_thread(CliRunner().invoke, cli.app, list(words))


NGINX = {
    "time": "2026-11-22T20:00:00+03:00", "service": "gateway", "seat": "nginx", "message": "request", "request_id": "from-nginx",
    "client_id": "centre", "organization_id": str(ORGANIZATION), "method": "GET", "route": OLD[1], "status": 200,
    "seconds": 0.012, "bytes": 7,
}  # fmt: skip


async def test_what_nginx_passed_on_comes_into_the_same_chain(logged: House) -> None:
    lines = [
        json.dumps(NGINX),
        "no line",
        json.dumps(NGINX | {"seat": "other"}),
        json.dumps(NGINX | {"client_id": "", "organization_id": ""}),
    ]
    assert await take_in(AccessLog(logged.database, ROUTES, io.StringIO()), _each(lines)) == (2, 2)
    async with logged.database.engine.connect() as connection:
        found = (await connection.execute(text("SELECT * FROM access_log WHERE request_id = 'from-nginx' ORDER BY id"))).all()
    assert [(row.client_id, row.milliseconds, row.bytes_out, row.at.hour) for row in found] == [
        ("centre", 12.0, 7, 17),
        (None, 12.0, 7, 17),
    ]
    assert verify_export(await _lines(logged)).broken == []


async def test_taking_in_waits_for_a_database_that_is_away(logged: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ihala_gateway.watching.taking_in.WRITE_EVERY_SECONDS", 0.01)
    monkeypatch.setattr("ihala_gateway.watching.taking_in.LARGEST_BATCH", 2)
    log, really, tries = AccessLog(logged.database, ROUTES, io.StringIO()), store.open_segment, []

    async def away_at_first(*given: Any) -> Any:
        tries.append(log.waiting)
        if len(tries) < 4:
            raise ConnectionRefusedError
        return await really(*given)

    monkeypatch.setattr("ihala_gateway.watching.store.open_segment", away_at_first)
    assert await take_in(log, _each([json.dumps(NGINX)] * 5)) == (5, 0)
    assert log._segment is not None and (log._segment.rows, log._segment.lost) == (5, 1) and max(tries) <= 2


async def _each(lines: list[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line
