"""Another master key while everybody works, and what a copy of the database is worth once keys are gone."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import asyncpg
from ihala_intake import app as intake_app
from ihala_intake.tables import Table
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.rewrap import counted, rewrap
from ihala_kit.testing import admit, serving
from ihala_kit.vault import SealBroken, Vault, new_master_key
from pydantic import SecretStr

from tests.intake.actors import COORDINATOR, HLP, PROVIDER
from tests.intake.house import House
from tests.intake.samples import SECRETS, request
from tests.intake.story import Story, accepted
from tests.intake.test_erasure import erased


@asynccontextmanager
async def another(house: House, **changes: Any) -> AsyncIterator[House]:
    """A process beside the house's, on the same database, that was told other keys."""
    settings = house.service.settings.model_copy(update=changes)
    service, database = intake_app.create_service(settings), Database(settings)  # type: ignore[arg-type]
    await database.start()
    application = create_app(service, database)
    admit(application, house.mint)
    async with serving(application) as address, aiohttp.ClientSession(address) as session:
        yield House(service, database, session, house.mint, house.super_url, house.referral_key, house._sequences, house._read)
    await database.stop()


async def given_name(house: House, story: Story) -> str:
    answer = await house.get(f"/v1/needs/{story.need_id}/person", COORDINATOR)
    assert answer.status == 200, answer.body
    return str(answer.body["identity"]["given_name"])


async def test_two_processes_with_other_keys_serve_side_by_side_and_the_old_key_goes(house: House) -> None:
    old, new = house.service.settings.master_key, SecretStr(new_master_key())
    before = await accepted(house)
    known = {"other_master_keys": SecretStr(f"2={new.get_secret_value()}")}
    changed = {"master_key": new, "master_key_version": 2, "other_master_keys": SecretStr(f"1={old.get_secret_value()}")}
    async with another(house, **known) as first, another(house, **changed) as second:
        after = await accepted(second, person={"call_name": "ن", "given_name": "نور", "place": "IQG15"}, household=None)
        assert [await given_name(one, before) for one in (first, second)] == ["زينب"] * 2
        assert [await given_name(one, after) for one in (first, second)] == ["نور"] * 2
        body = request()
        made = await first.post("/v1/requests", HLP, body, key="again")
        assert (await second.post("/v1/requests", HLP, body, key="again")).body == made.body
        [column] = second.service.wrapped
        wanted = await house.scalar("SELECT count(*) FROM data_key WHERE get_byte(wrapped, 0) = 1")
        assert await rewrap(second.database, column) == wanted > 0
        assert await rewrap(second.database, column) == 0
        total = await house.scalar("SELECT count(*) FROM data_key")
        assert (await counted(second.database, second.service.wrapped))["data_key"] == {2: total}
        assert [await given_name(one, before) for one in (first, second)] == ["زينب"] * 2
        blind = SecretStr(Vault.of(second.service.settings).exported_blind_key())
    async with another(house, master_key=new, master_key_version=2, blind_key=blind) as alone:
        assert [await given_name(alone, story) for story in (before, after)] == ["زينب", "نور"]
        again = await alone.post("/v1/requests", HLP, body)
        assert again.body["request_id"] == made.body["request_id"]
        person_id = await alone.scalar("SELECT person_id FROM need WHERE id = :id", id=before.need_id)
        assert await alone.chain(person_id) > 0


async def test_a_destroyed_key_is_not_rewrapped(house: House) -> None:
    story = await accepted(house, household=None)
    await erased(house, story)
    changed = {
        "master_key": SecretStr(new_master_key()), "master_key_version": 2,
        "other_master_keys": SecretStr(f"1={house.service.settings.master_key.get_secret_value()}"),
    }  # fmt: skip
    async with another(house, **changed) as second:
        assert await rewrap(second.database, second.service.wrapped[0]) == 0
    assert await house.scalar("SELECT wrapped IS NULL FROM data_key")


async def dump(house: House) -> dict[str, list[dict[str, Any]]]:
    """Return a copy of every table, as a backup has it."""
    connection = await asyncpg.connect(house.super_url)
    names = [row["tablename"] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    copy = {name: [dict(row) for row in await connection.fetch(f'SELECT * FROM "{name}"')] for name in names}
    await connection.close()
    return copy


def readable(copy: dict[str, list[dict[str, Any]]], vault: Vault, keys: list[bytes]) -> list[str]:
    """Try every key on every sealed value of a copy, at its own place; return what could be read."""
    found = []
    for table in Table.metadata.tables.values():
        for row in copy.get(table.name, []):
            place = "/".join(str(row[column.name]) for column in table.primary_key)
            for column in table.columns:
                if column.info["personal"] and row[column.name]:
                    found += _opened(vault, keys, row[column.name], f"{table.name}.{column.name}/{place}")
    return found


def _opened(vault: Vault, keys: list[bytes], blob: bytes, about: str) -> list[str]:
    found = []
    for key in keys:
        try:
            found.append(json.dumps(json.loads(vault.open(key, blob, about)), ensure_ascii=False))
        except (SealBroken, ValueError):
            continue
    return found


async def test_a_dump_taken_before_holds_nothing_readable_once_the_keys_are_gone(house: House) -> None:
    """The key table has a backup of its own with a shorter life: the dump of the rest is worth nothing without it."""
    story = await accepted(house, household=None)
    assert (await house.get(story.person_path, PROVIDER)).status == 200
    before, vault = await dump(house), Vault.of(house.service.settings)
    keys = [row["wrapped"] for row in before.pop("data_key")]
    named = "\n".join(readable(before, vault, keys))
    assert [secret for secret in SECRETS if secret in named]  # while the keys are there, the dump names the person
    await erased(house, story)
    left = [key for key in (row["wrapped"] for row in (await dump(house))["data_key"]) if key]
    assert readable(before, vault, left) == []
    plain = str(before)
    assert [secret for secret in SECRETS if secret in plain] == []
