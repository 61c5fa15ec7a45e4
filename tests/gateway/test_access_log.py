"""The access log: a line and a row for each request, with the route's template and never an address, and no request waits for it."""

import asyncio
import io
import json
from datetime import UTC, datetime
from typing import Any

from ihala_gateway.watching.access_log import AccessLog
from ihala_local.testing import ThrowAwayPostgres
from sqlalchemy import text

from tests.gateway.house import ORGANIZATION, House, house

PATH = "/referral/v1/referrals"


async def test_each_request_is_a_line_and_a_row(postgres: ThrowAwayPostgres) -> None:
    async with house(postgres) as home:
        home.gateway._log._stream = printed = io.StringIO()
        await home.register()
        headers = await home.signed_in()
        calls: tuple[tuple[str, dict[str, str]], ...] = (
            (PATH + "/private-1?name=private", headers),
            (PATH, {}),
            ("/private/path", headers),
            ("/health/live", {}),  # is not logged
            ("/directory/v1/needs", {}),
        )
        for path, more in calls:
            async with home.session.get(path, headers=more | {"X-Request-Id": "known-id"}):
                pass
        async with asyncio.timeout(5):
            while printed.getvalue().count("\n") < 5:
                await asyncio.sleep(0.05)
        lines = [json.loads(line) for line in printed.getvalue().splitlines()]
        rows = await _rows(home)
    found = [(line["method"], line["route"], line["status"], line["client_id"], line["organization_id"]) for line in lines]
    organization = str(ORGANIZATION)
    assert found == [
        ("POST", "/oauth/token", 200, "centre", organization),
        ("GET", "/referral/v1/referrals/{referral_id}", 200, "centre", organization),
        ("GET", "/referral/v1/referrals", 401, None, None),
        ("GET", None, 404, None, None),
        ("GET", "/directory/v1/needs", 200, None, None),
    ]
    assert all(line["request_id"] == "known-id" and line["milliseconds"] >= 0 and line["time"].endswith("+00:00") for line in lines[1:])
    assert "private" not in printed.getvalue() and headers["Authorization"][7:] not in printed.getvalue()
    assert [(row.method, row.route, row.status, row.client_id) for row in rows] == [entry[:4] for entry in found]


async def test_rows_wait_while_the_database_is_away_and_the_oldest_go_first(home: House, monkeypatch: Any) -> None:
    monkeypatch.setattr("ihala_gateway.watching.access_log.MOST_WAITING", 3)
    log = AccessLog(home.database, io.StringIO())

    async def away(rows: Any) -> None:
        raise ConnectionRefusedError

    store, log._store = log._store, away  # type: ignore[method-assign]
    for number in range(5):
        log._unstored.append(_row(f"waiting-{number}"))
    await log.flush()
    log._store = store  # type: ignore[method-assign]
    await log.flush()
    kept = [row.request_id for row in await _rows(home) if row.request_id.startswith("waiting")]
    assert kept == ["waiting-2", "waiting-3", "waiting-4"]


def _row(request_id: str) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC), "request_id": request_id, "client_id": None, "organization_id": None, "method": "GET", "route": None,
        "status": 200, "milliseconds": 1.0,
    }  # fmt: skip


async def _rows(home: House) -> list[Any]:
    async with home.database.engine.connect() as connection:
        return list((await connection.execute(text("SELECT * FROM access_log ORDER BY id"))).all())
