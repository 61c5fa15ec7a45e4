"""A POST that is sent again: one effect, one answer; on a real PostgreSQL, through real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from ihala_kit import once
from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch
from ihala_kit.once import HEADER, purge_idempotency
from ihala_kit.testing import Mint, serving
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.kit import small

ALL = ("small:read", "small:write")
THINGS = "/v1/things"
PROBLEM = "urn:ihala:problem:"


class Client:
    """Posts as one client of one organisation."""

    def __init__(self, session: aiohttp.ClientSession, mint: Mint) -> None:
        self.session = session
        self.mint = mint

    async def post(self, path: str, key: str | None, body: Any = None, client: str = "client", **headers: str) -> tuple[int, Any, Any]:
        """Return status, document and headers."""
        sent = self.mint.headers(small.NAME, ALL, client_id=client) | ({HEADER: key} if key is not None else {}) | headers
        async with self.session.post(path, json=body, headers=sent) as answer:
            return answer.status, await answer.json(content_type=None), answer.headers


@pytest.fixture
async def api(kit_db: Database, mint: Mint) -> AsyncIterator[Client]:
    small.ran.clear()
    small.gate.clear()
    small.began.clear()
    app = small.small_app(mint, kit_db)
    async with serving(app) as address, aiohttp.ClientSession(address) as session:
        yield Client(session, mint)


async def kept(database: Database) -> list[Any]:
    async with database.transaction(Caller.system("test")) as tx:
        return list(await tx.execute(text("SELECT * FROM idempotency ORDER BY created_at")))


async def test_the_same_request_gets_the_same_answer(api: Client) -> None:
    first = await api.post(THINGS, "k1", {"name": "a"})
    second = await api.post(THINGS, "k1", {"name": "a"})
    assert first[:2] == second[:2] == (201, {"count": 1, "name": "a"})
    assert first[2]["Location"] == second[2]["Location"] == "/small/v1/things/1"
    assert (first[2].get("Idempotent-Replayed"), second[2]["Idempotent-Replayed"]) == (None, "true")
    assert small.ran == ["a"]


async def test_a_key_that_is_new_is_not_asked_for(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It travels with BEGIN; only what was used before is asked for."""
    asked = list[tuple[object, ...]]()

    async def counting(tx: AsyncSession, statement: str, *values: object) -> list[Any]:
        asked.append(values)
        return await fetch(tx, statement, *values)

    monkeypatch.setattr(once, "fetch", counting)
    for key, times in (("k1", 0), ("k2", 0), ("k1", 1)):
        assert (await api.post(THINGS, key, {"name": "a"}))[0] == 201
        assert len(asked) == times


@pytest.mark.parametrize("body", [{"name": "b"}, {"name": "a", "either": 0}])
async def test_another_body_is_refused(api: Client, body: dict[str, Any]) -> None:
    await api.post(THINGS, "k1", {"name": "a"})
    status, document, _ = await api.post(THINGS, "k1", body)
    assert (status, document["type"]) == (422, PROBLEM + "idempotency-key-reused")
    assert small.ran == ["a"]


async def test_another_person_of_the_same_app_never_gets_the_answer(api: Client) -> None:
    async def post(account: str) -> tuple[int, Any]:
        sent = api.mint.headers(small.NAME, ALL, client_id="app", sub=account, acting_officer=account) | {HEADER: "k1"}
        async with api.session.post(THINGS, json={"name": "a"}, headers=sent) as answer:
            return answer.status, await answer.json(content_type=None)

    assert (await post("hers"))[0] == (await post("hers"))[0] == 201
    status, document = await post("his")
    assert (status, document["type"]) == (422, PROBLEM + "idempotency-key-reused")
    assert small.ran == ["a"]


async def test_another_query_address_or_version_is_refused(api: Client) -> None:
    first, second = f"/v1/notes/{uuid4()}", f"/v1/notes/{uuid4()}"
    assert (await api.post(first, "k1"))[0] == 200
    for path, headers in ((second, {}), (first + "?a=1", {}), (first, {"If-Match": '"1"'})):
        assert (await api.post(path, "k1", **headers))[1]["type"] == PROBLEM + "idempotency-key-reused"


async def test_keys_belong_to_a_client_and_a_route(api: Client) -> None:
    await api.post(THINGS, "k1", {"name": "a"})
    assert (await api.post(THINGS, "k1", {"name": "b"}, client="other"))[1] == {"count": 2, "name": "b"}
    assert (await api.post(f"/v1/notes/{uuid4()}", "k1"))[0] == 200
    assert small.ran == ["a", "b", "note"]


async def test_while_the_first_runs_the_second_is_told_so(api: Client) -> None:
    first = asyncio.create_task(api.post(THINGS, "k1", {"name": "wait"}))
    await small.began.wait()
    status, document, headers = await api.post(THINGS, "k1", {"name": "wait"})
    assert (status, document["type"]) == (409, PROBLEM + "idempotency-in-progress")
    assert headers["Retry-After"] == "1"
    small.gate.set()
    assert (await first)[0] == 201
    assert (await api.post(THINGS, "k1", {"name": "wait"}))[2]["Idempotent-Replayed"] == "true"
    assert small.ran == ["wait"]


async def test_of_many_at_once_one_runs(api: Client) -> None:
    answers = await asyncio.gather(*(api.post(THINGS, "k1", {"name": "a"}) for _ in range(8)))
    assert {status for status, _, _ in answers} <= {201, 409}
    assert small.ran == ["a"]


async def test_who_sends_slowly_holds_no_connection(api: Client, kit_db: Database) -> None:
    address, token = api.session._base_url, api.mint.headers(small.NAME, ALL)["Authorization"]
    assert address is not None
    path = f"/v1/notes/{uuid4()}"
    head = f"POST {path} HTTP/1.1\r\nHost: {address.host}\r\nAuthorization: {token}\r\nIdempotency-Key: {{}}\r\nContent-Length: 9\r\n\r\n"
    slow = [await asyncio.open_connection(address.host, address.port) for _ in range(kit_db.engine.pool.size())]  # type: ignore[attr-defined]
    for number, (_, writer) in enumerate(slow):
        writer.write(head.format(number).encode())
        await writer.drain()
    async with asyncio.timeout(20):
        for number in range(20):
            assert (await api.post(path, f"quick-{number}"))[0] == 200
    for reader, writer in slow:
        writer.write(b'{"a": 10}')
        assert (await reader.readline()).startswith(b"HTTP/1.1 200"), "it is answered when all of it is there"
        writer.close()


async def test_a_refusal_is_not_kept(api: Client, kit_db: Database) -> None:
    for _ in range(2):
        status, document, _ = await api.post(THINGS, "k1", {"name": "no"})
        assert (status, document["type"], document["moves"]) == (409, PROBLEM + "move-not-allowed", ["yes"])
    assert small.ran == ["no", "no"]
    assert await kept(kit_db) == []


async def test_a_key_is_demanded_where_it_must_be(api: Client) -> None:
    status, document, _ = await api.post(THINGS, None, {"name": "a"})
    assert (status, document["type"]) == (400, PROBLEM + "idempotency-key-missing")
    assert (await api.post(f"/v1/notes/{uuid4()}", None))[0] == 200


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, "\u00e9", "a\tb"])
async def test_a_malformed_key_is_refused(api: Client, key: str) -> None:
    for path in (THINGS, f"/v1/notes/{uuid4()}"):
        status, document, _ = await api.post(path, key, {"name": "a"})
        assert (status, document["type"]) == (400, PROBLEM + "idempotency-key-malformed")
    assert small.ran == []


async def test_the_longest_key_is_taken(api: Client) -> None:
    assert (await api.post(THINGS, "~" * 255, {"name": "a"}))[0] == 201


async def test_what_is_kept_cannot_be_read(api: Client, kit_db: Database) -> None:
    await api.post(THINGS, "file-of-Layla", {"name": "Layla"})
    (row,) = await kept(kit_db)
    assert (row.client_id, row.route, len(row.key), len(row.fingerprint)) == ("client", "POST /v1/things", 64, 32)
    assert b"Layla" not in row.answer
    assert "Layla" not in row.key


async def test_a_text_that_postgresql_cannot_store_is_malformed(api: Client, kit_db: Database) -> None:
    async with kit_db.engine.connect() as connection:
        with pytest.raises(Exception, match="0x00"):
            await connection.execute(text("SELECT cast(:value AS text)"), {"value": "a\0b"})
    status, document, _ = await api.post("/v1/stored", None, {"name": "a\0b"})
    [error] = document["errors"]
    assert (status, error["pointer"], error["code"], "title" in error) == (422, "#", "character_not_storable", True)


async def test_answers_older_than_seven_days_are_purged(api: Client, kit_db: Database) -> None:
    await api.post(THINGS, "old", {"name": "old"})
    async with kit_db.transaction(Caller.system("test")) as tx:
        at = datetime.now(UTC) - timedelta(days=7, seconds=1)
        await tx.execute(text("UPDATE idempotency SET created_at = :at"), {"at": at})
    await api.post(THINGS, "new", {"name": "new"})
    [_, new] = await kept(kit_db)
    assert [await purge_idempotency(kit_db), await purge_idempotency(kit_db)] == [1, 0]
    assert await kept(kit_db) == [new]


async def test_a_connection_that_breaks_is_503_and_the_next_request_works(api: Client) -> None:
    for _ in range(2):
        status, document, _ = await api.post("/v1/cut", None)
        assert (status, document["type"]) == (503, PROBLEM + "service-unavailable")
    assert (await api.post(THINGS, "k1", {"name": "a"}))[0] == 201


async def test_a_database_that_is_away_is_503(mint: Mint) -> None:
    database = Database(small.settings())
    async with serving(small.small_app(mint, database)) as address, aiohttp.ClientSession(address) as session:
        status, document, _ = await Client(session, mint).post(THINGS, "k1", {"name": "a"})
        assert (status, document["type"]) == (503, PROBLEM + "service-unavailable")
        async with session.get("/health/ready") as answer:
            assert (answer.status, (await answer.json())["checks"]) == (503, {"database": "failed"})
        async with session.get("/health/live") as answer:
            assert answer.status == 200
