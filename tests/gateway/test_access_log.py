"""The access log: a line and a row for each request, with the route's template and never an address, and no request waits for it."""

import asyncio
import io
import json
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from ihala_gateway.clients import standing
from ihala_gateway.limits.policy import DEFAULTS, OWN, Limit
from ihala_gateway.settings import Settings
from ihala_gateway.staff import names
from ihala_gateway.staff.tables import Account
from ihala_gateway.watching.access_log import AccessLog
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault
from ihala_local.testing import ThrowAwayPostgres
from sqlalchemy import text

from tests.gateway.house import ORGANIZATION, House, house, opened
from tests.gateway.logged import row_at
from tests.gateway.party import Party, code
from tests.gateway.staff import Browser, browser

PATH = "/referral/v1/referrals"


async def test_each_request_is_a_line_and_a_row(postgres: ThrowAwayPostgres) -> None:
    async with house(postgres) as home:
        home.gateway._log.lines.stream = printed = io.StringIO()
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
        async with asyncio.timeout(30):
            while printed.getvalue().count("\n") < 5:
                await asyncio.sleep(0.05)
        lines = [json.loads(line) for line in printed.getvalue().splitlines()]
        await home.gateway._log.flush()  # lines and rows are written apart
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


async def test_who_sat_there_and_how_much_went_over_stands_in_the_row(home: House) -> None:
    home.upstream.answer = None
    headers = await home.signed_in() | {"Ihala-Acting-Officer": "officer-17", "X-Request-Id": "with-officer"}
    async with home.session.post(PATH, headers=headers, data=b"x" * 100) as answer:
        got = len(await answer.read())
    async with home.session.request("PROPFIND", PATH, headers={"X-Request-Id": "strange-method"}):
        pass
    await home.gateway._log.flush()
    rows = {row.request_id: row for row in await _rows(home)}
    row = rows["with-officer"]
    assert (row.acting_officer, row.account_id, row.bytes_in, row.bytes_out, row.method) == ("officer-17", None, 100, got, "POST")
    assert rows["strange-method"].method == "other", "what a caller writes there is not kept"


async def test_who_signed_in_stands_in_the_row_by_her_account(home: House, person: tuple[Browser, Account]) -> None:
    party, (desk, account) = Party(home, "app"), person
    _, body = await party.exchange(await code(party, desk))
    assert (await party.call(body["access_token"], scheme="Bearer"))[0] == 200
    await party.refresh(body["refresh_token"])
    await desk.open("/account")
    await desk.send("/account/password", current="not this one", password="x", again="x")
    async with browser(home) as stranger:
        await stranger.open("/account")
        await stranger.sign_in("nobody-of-this-name")
        await stranger.sign_in(names.shown(Vault.of(home.settings), account), "not her password")
    await desk.send("/sign-out")
    await home.gateway._log.flush()
    hers = [row for row in await _rows(home) if row.account_id is not None]
    assert {(row.account_id, row.organization_id) for row in hers} == {(str(account.account_id), account.organization_id)}
    assert [(row.client_id, row.method, row.route, row.status) for row in hers] == [
        (None, "POST", "/sign-in", 200),
        ("app", "GET", "/oauth/authorize", 200),
        ("app", "POST", "/oauth/authorize", 200),
        ("app", "POST", "/oauth/token", 200),
        ("app", "GET", "/referral/v1/referrals", 200),
        ("app", "POST", "/oauth/token", 200),
        (None, "GET", "/account", 200),
        (None, "POST", "/account/password", 422),
        (None, "POST", "/sign-out", 200),
    ]
    assert {row.acting_officer for row in hers if row.route == PATH} == {str(account.account_id)}
    async with home.database.engine.connect() as connection:
        ours = await connection.execute(text("SELECT count(*) FROM usage WHERE client_id = '' AND organization_id IS NOT NULL"))
        assert ours.scalar_one() == 0, "sums of our pages are of everybody's people"


async def test_rows_wait_while_the_database_is_away_and_the_oldest_go_first(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ihala_gateway.watching.access_log.MOST_WAITING", 3)
    log = AccessLog(home.database, {}, io.StringIO())
    with monkeypatch.context() as away:
        away.setattr("ihala_gateway.watching.store.open_segment", _away)
        log._unstored.append(_row("first-batch"))
        await log.flush()
        for number in range(5):  # also before anybody has tried to write them: a database may hang instead of refusing
            log.take(_row(f"waiting-{number}"))
        assert log.waiting == 1 + 3
        await log.flush()
    await log.close()
    kept = [row.request_id for row in await _rows(home) if row.request_id.startswith(("first", "waiting"))]
    assert kept == ["first-batch", "waiting-2", "waiting-3", "waiting-4"]
    assert log._segment is not None and log._segment.lost == 2


async def test_a_database_that_hangs_is_one_that_is_away(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AccessLog(home.database, {}, io.StringIO())
    with monkeypatch.context() as hanging:
        hanging.setattr("ihala_gateway.watching.access_log.LONGEST_WRITE_SECONDS", 0.05)
        hanging.setattr("ihala_gateway.watching.store.open_segment", _hanging)
        log.take(_row("hung"))
        async with asyncio.timeout(30):
            await log.flush()
    assert log.waiting == 1
    await log.close()
    assert [row.request_id for row in await _rows(home)].count("hung") == 1


async def test_an_output_that_nobody_reads_holds_up_no_rows_and_fills_no_memory(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ihala_gateway.watching.printing.MOST_UNPRINTED", 3)
    stuck = _Stuck()
    log = AccessLog(home.database, {}, stuck)
    log.lines.tell(datetime.now(UTC), "stuck", {})
    monkeypatch.setattr("ihala_gateway.watching.access_log.WRITE_EVERY_SECONDS", 0.01)
    monkeypatch.setattr("ihala_gateway.watching.printing.PRINT_EVERY_SECONDS", 0.01)
    running = asyncio.create_task(log.run())
    try:
        assert await asyncio.to_thread(stuck.entered.wait, 5)
        log.take(_row("not-held-up"))
        async with asyncio.timeout(30):
            while log.waiting:
                await asyncio.sleep(0.01)
        for number in range(5):
            log.lines.tell(datetime.now(UTC), f"line-{number}", {})
    finally:
        stuck.read.set()
        running.cancel()
    await log.close()
    printed = [json.loads(line) for line in stuck.getvalue().splitlines()]
    assert [line["message"] for line in printed] == ["stuck", "line-3", "line-4", "access log head", "access log lines given up"]
    assert printed[4]["lines"] == 3


async def test_what_is_too_much_of_somebody_unknown_is_counted_and_has_no_row(home: House) -> None:
    """Also what comes with a token that holds no more: its client's limit is not a stranger's to use up."""
    more = {"limits": {**DEFAULTS, OWN: Limit(address=4)}, "limit_factor": 1}
    await home.register("ended")
    ended = await home.signed_in("ended") | {"X-Request-Id": "flood-of-nobody"}
    async with home.database.transaction(Caller.system("test")) as tx:
        await standing.suspend(tx, "ended")
    settings = Settings.model_validate(home.settings.model_dump() | more)
    async with opened(settings, home.upstream, 0) as gateway:
        gateway.gateway._log.lines.stream = printed = io.StringIO()
        before = await _refused(home)
        calls = [("/private", {"X-Request-Id": "flood-of-nobody"}), (PATH, ended)] * 9
        statuses = [await gateway.status(path, headers) for path, headers in calls]
        await gateway.gateway._log.flush()
    rows = [(row.status, row.client_id) for row in await _rows(home) if row.request_id == "flood-of-nobody"]
    assert statuses.count(429) >= 10 and rows == [(status, {404: None, 401: "ended"}[status]) for status in statuses if status != 429]
    assert printed.getvalue().count('"flood-of-nobody"') == len(rows)
    assert await _refused(home) == before + len(calls) - statuses.count(401)


async def test_a_commit_whose_answer_got_lost_is_not_written_twice(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AccessLog(home.database, {}, io.StringIO())
    log._unstored.append(_row("begun"))
    await log.flush()
    before = log._segment
    log._unstored.append(_row("uncertain"))
    with monkeypatch.context() as unheard:
        unheard.setattr(log, "_done", _unheard)
        await log.flush()
    log._unstored.append(_row("after"))
    await log.close()
    rows = [row for row in await _rows(home) if row.request_id in {"begun", "uncertain", "after"}]
    assert before is not None
    assert [(row.segment, row.number, row.request_id) for row in rows] == [
        (before.number, 1, "begun"), (before.number, 2, "uncertain"), (before.number, 3, "after"),
    ]  # fmt: skip


class _Stuck(io.StringIO):
    """An output whose reader has stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.read = Event(), Event()

    def write(self, text: str) -> int:
        self.entered.set()
        assert self.read.wait(10)
        return super().write(text)


async def _refused(home: House) -> int:
    """Return how many calls of nobody were refused."""
    async with home.database.engine.connect() as connection:
        asked = text("SELECT coalesce(sum(refused), 0) FROM usage WHERE client_id = ''")
        return int((await connection.execute(asked)).scalar_one())


async def _hanging(*_: Any) -> None:
    await asyncio.sleep(3600)


async def _away(*_: Any) -> None:
    raise ConnectionRefusedError


def _unheard() -> None:
    raise ConnectionResetError


def _row(request_id: str) -> dict[str, Any]:
    return row_at(datetime.now(UTC), request_id)


async def _rows(home: House) -> list[Any]:
    async with home.database.engine.connect() as connection:
        return list((await connection.execute(text("SELECT * FROM access_log ORDER BY id"))).all())
