"""Due work of imports: it is repeated after a crash, given up in the end, and other due work does not wait for it."""

import asyncio
from typing import Any

import pytest
from ihala_contracts.directory_v1 import ServiceChanged
from ihala_directory.imports import apart, limits, loading
from ihala_kit.auth import Caller
from ihala_kit.due import perform_next
from sqlalchemy import text

from tests.directory.imports.conftest import COUNT, LEFT, Office
from tests.directory.imports.files import row, xlsx
from tests.directory.world import OPERATOR, World


async def test_other_due_work_is_done_while_a_file_is_read(world: World, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    done, begun, ready, read = await office.send(xlsx(row(1))), 0, asyncio.Event(), apart.read

    async def slow(kind: str, data: bytes) -> Any:
        nonlocal begun
        begun += 1
        await ready.wait()
        return await read(kind, data)

    monkeypatch.setattr(apart, "read", slow)
    monkeypatch.setattr(limits, "PATIENCE_SECONDS", 0.01)
    sending = asyncio.create_task(office.send(xlsx(row(2))))
    while not begun:
        await asyncio.sleep(0.01)
    forget = "UPDATE due_work SET due_at = :at WHERE kind = 'import_forget' RETURNING key"
    await world.rows(forget, at=world.database.clock.now())
    async with asyncio.timeout(30):
        while await world.value("SELECT count(*) FROM import_file WHERE id = :id", id=done["id"]):
            await asyncio.sleep(0.01)
    assert not sending.done()
    ready.set()
    assert ((await sending)["created"], begun) == (1, 1)


async def test_two_imports_of_a_source_never_run_at_once_and_none_waits_in_the_clock(world: World, office: Office) -> None:
    under_way = "SELECT pg_advisory_xact_lock(hashtextextended(operator_id::text || '/partner', 6)) FROM organization WHERE id = :id"
    async with world.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text(under_way), {"id": OPERATOR})
        sent = asyncio.create_task(office.send(xlsx(row(1))))
        waiting = await asyncio.wait_for(sent, 30)
    assert waiting["state"] == "loading"
    at = {"now": world.database.clock.now()}
    assert await world.value("SELECT due_at > :now FROM due_work WHERE kind = 'import_load'", **at)
    await world.rows("UPDATE due_work SET due_at = :now WHERE kind = 'import_load' RETURNING key", **at)
    await office.work()
    assert (await office.get(f"/v1/imports/{waiting['id']}"))["created"] == 1


async def test_a_crash_in_the_middle_of_the_rest_goes_on_where_it_was(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BATCH", 5)
    real, calls = loading.load, []

    async def failing(*args: Any) -> Any:
        calls.append(1)
        lines = await real(*args)
        if len(calls) == 3:
            raise ConnectionResetError
        return lines

    monkeypatch.setattr(loading, "load", failing)
    before = await world.value(COUNT)
    sent = xlsx(*(row(number) for number in range(1, 21)))
    with pytest.raises(ConnectionResetError):
        await office.send(sent, mode="rest")
    assert await world.value(COUNT) == before + 10
    assert await world.value("SELECT loaded_until FROM import_file") == 10
    assert len([one for one in await world.said() if isinstance(one, ServiceChanged)]) == 10
    await office.work()
    (done,) = await world.rows("SELECT * FROM import_file")
    assert (done.state, done.created, done.unchanged) == ("done", 20, 0)
    assert await world.value(COUNT) == before + 20
    assert len([one for one in await world.said() if isinstance(one, ServiceChanged)]) == 10
    assert [line.code for line in await world.rows("SELECT code FROM import_line ORDER BY number")] == ["created"] * 20


async def test_what_fails_again_and_again_is_given_up(world: World, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(loading, "load", broken)
    await office.send(xlsx(row(1)))
    for _ in range(6):
        async with world.database.engine.begin() as connection:
            await connection.execute(text("UPDATE due_work SET due_at = now() - interval '1 hour' WHERE kind = 'import_load'"))
        await perform_next(world.database, office.service.performing())
    assert await world.value("SELECT state FROM import_file") == "failed"
    assert await world.value(LEFT) == 0


async def test_a_report_is_forgotten_and_the_entries_stay(world: World, office: Office) -> None:
    done = await office.send(xlsx(row(1)))
    await world.rows("UPDATE due_work SET due_at = :at WHERE kind = 'import_forget' RETURNING key", at=world.database.clock.now())
    assert await office.work() == 1
    assert await world.value("SELECT count(*) FROM import_file") + await world.value("SELECT count(*) FROM import_line") == 0
    assert await world.value("SELECT count(*) FROM external_id") == 4
    assert done["created"] == 1
