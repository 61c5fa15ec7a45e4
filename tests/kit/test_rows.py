"""Many rows in one statement: what PostgreSQL got, and that the session goes on as after a flush."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ihala_kit.auth import Caller
from ihala_kit.db import Database, attempt
from ihala_kit.dsn import plain_dsn
from ihala_kit.due import row, schedule
from ihala_kit.rows import Row, write_new
from ihala_kit.settings import KitSettings
from ihala_kit.tables import due_work
from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Integer, LargeBinary, Text, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, select
from sqlmodel.ext.asyncio.session import AsyncSession

WORDS = 'قسم "أ"\n\\ {null} ێ'
AT = datetime(2026, 3, 1, 23, 59, 58, 123456, tzinfo=UTC)


class Base(Row, registry=registry()):
    """A base of these tests' own."""


class Thing(Base, table=True):
    """A column of each kind."""

    id: UUID = Field(sa_column=Column(Uuid(), primary_key=True))
    words: str = Field(sa_column=Column(Text()))
    nothing: str | None = Field(default=None, sa_column=Column(Text()))
    number: int = Field(default=7, sa_column=Column(Integer()))
    yes: bool = Field(default=True, sa_column=Column(Boolean()))
    sealed: bytes = Field(default=b"\x00\xff\\", sa_column=Column(LargeBinary()))
    at: datetime = Field(default=AT, sa_column=Column(DateTime(timezone=True)))
    day: date = Field(default=date(2026, 7, 1), sa_column=Column(Date()))
    codes: list[str] = Field(default=["a,b", "{c}", ""], sa_column=Column(ARRAY(Text())))
    ids: list[UUID] = Field(default=[], sa_column=Column(ARRAY(Uuid())))
    said: dict[str, Any] = Field(default={"a": [1, None]}, sa_column=Column(JSONB()))


class Other(Base, table=True):
    """Another table, which refers to the first."""

    id: UUID = Field(sa_column=Column(Uuid(), primary_key=True))
    thing_id: UUID = Field(sa_column=Column(Uuid()))


@pytest.fixture
async def database(kit_settings: KitSettings) -> AsyncIterator[Database]:
    """A database with both tables."""
    owner = await asyncpg.connect(plain_dsn(str(kit_settings.owner_database_url)))
    await owner.execute("""
        CREATE TABLE thing (id uuid PRIMARY KEY, words text NOT NULL, nothing text, number integer, yes boolean, sealed bytea,
            at timestamptz, day date, codes text[], ids uuid[], said jsonb);
        CREATE TABLE other (id uuid PRIMARY KEY, thing_id uuid NOT NULL REFERENCES thing DEFERRABLE INITIALLY DEFERRED);
        GRANT SELECT, INSERT, UPDATE ON thing, other TO PUBLIC""")
    await owner.close()
    database = Database(kit_settings)
    await database.start()
    yield database
    await database.stop()


async def test_all_kinds_of_values_arrive_as_the_orm_would_send_them(database: Database) -> None:
    by_flush = Thing(id=uuid4(), words=WORDS, ids=[UUID(int=5)])
    at_once = by_flush.model_copy(update={"id": uuid4()})
    async with database.transaction(Caller.system("test")) as tx:
        tx.add(by_flush)
        await tx.flush()
        new = Thing(**at_once.model_dump())
        tx.add_all([new, Other(id=uuid4(), thing_id=new.id)])
        await write_new(tx)
    async with database.transaction(Caller.system("test")) as tx:
        found = {row.id: row.model_dump(exclude={"id"}) for row in (await tx.exec(select(Thing))).all()}
        assert len((await tx.exec(select(Other))).all()) == 1
    assert found[at_once.id] == found[by_flush.id] == by_flush.model_dump(exclude={"id"})


async def statements(database: Database, tx: AsyncSession) -> list[str]:
    """Return a list to which every statement of this transaction is added: the ORM's at once, what goes straight a moment after it."""
    sent = list[str]()
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2].split()[0]))
    driver: Any = (await (await tx.connection()).get_raw_connection()).driver_connection
    driver.add_query_logger(lambda record: sent.append(record.query.split()[0]))
    return sent


async def test_one_statement_for_all_tables_and_rows_change_afterwards(database: Database) -> None:
    things = [Thing(id=uuid4(), words=str(n)) for n in range(3)]
    async with database.transaction(Caller.system("test")) as tx:
        sent = await statements(database, tx)
        tx.add_all([*things, *(Other(id=uuid4(), thing_id=one.id) for one in things)])
        await write_new(tx)
        assert not tx.new
        await tx.flush()
        await asyncio.sleep(0)
        assert sent == ["WITH"]  # nothing is left to be written
        things[0].words = "other"
        assert await tx.get(Thing, things[1].id) is things[1]
    await asyncio.sleep(0)
    assert sent == ["WITH", "UPDATE", "COMMIT;"]  # the change alone
    async with database.transaction(Caller.system("test")) as tx:
        assert (await tx.get_one(Thing, things[0].id)).words == "other"
        assert (await tx.get_one(Thing, things[1].id)).words == "1"


async def test_what_goes_beside_takes_the_place_of_the_row_with_the_same_key(database: Database) -> None:
    thing, beside, work = Thing(id=uuid4(), words="new"), Thing.metadata.tables["thing"], uuid4()
    there, at = Other(id=uuid4(), thing_id=thing.id), datetime(2030, 1, 1, tzinfo=UTC)
    async with database.transaction(Caller.system("test")) as tx:
        tx.add_all([thing, there])
        await write_new(tx)
        await schedule(tx, "thing", work, AT, {"after": "1"})
    async with database.transaction(Caller.system("test")) as tx:
        sent = await statements(database, tx)
        tx.add(Other(id=uuid4(), thing_id=thing.id))
        changed = thing.model_dump() | {"words": "other", "nothing": WORDS}
        await write_new(tx, {beside: [changed, changed | {"id": UUID(int=7)}], due_work: [row("thing", work, at)]})
        await asyncio.sleep(0)
        assert sent == ["WITH"]
    async with database.transaction(Caller.system("test")) as tx:
        found = {one.id: one.words for one in (await tx.exec(select(Thing))).all()}
        assert found == {thing.id: "other", UUID(int=7): "other"}
        assert len((await tx.exec(select(Other))).all()) == 2
        assert (await tx.execute(due_work.select())).all() == [("thing", work, {}, at, 0)]


async def test_what_a_table_refuses_is_refused_as_by_a_flush(database: Database) -> None:
    thing = Thing(id=uuid4(), words="first")
    async with database.transaction(Caller.system("test")) as tx:
        tx.add(thing)
        await write_new(tx)
        with pytest.raises(asyncpg.UniqueViolationError):
            async with attempt(tx):
                tx.add(Thing(id=thing.id, words="second"))
                await write_new(tx)
        assert not tx.new
    async with database.transaction(Caller.system("test")) as tx:
        assert [row.words for row in (await tx.exec(select(Thing))).all()] == ["first"]


async def test_a_row_written_in_what_failed_is_new_to_nobody(database: Database) -> None:
    thing = Thing(id=uuid4(), words="first")
    async with database.transaction(Caller.system("test")) as tx:
        with pytest.raises(ValueError, match="no"):
            async with attempt(tx):
                tx.add(thing)
                await write_new(tx)
                raise ValueError("no")
        assert await tx.get(Thing, thing.id) is None
        tx.add(Thing(id=thing.id, words="second"))
        await write_new(tx)
        assert (await tx.get_one(Thing, thing.id)).words == "second"


async def test_nothing_new_sends_nothing(database: Database) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        sent = await statements(database, tx)
        await write_new(tx)
        await asyncio.sleep(0)
        assert not sent


async def test_a_row_has_its_defaults_and_no_others_list() -> None:
    one, other = Thing(id=uuid4(), words="a"), Thing(id=uuid4(), words="b", number=8)
    one.codes.append("mine")
    assert (one.number, one.nothing, other.number, other.codes) == (7, None, 8, ["a,b", "{c}", ""])
    assert other.model_dump(exclude_unset=True) == {"id": other.id, "words": "b", "number": 8}


async def test_a_row_takes_no_name_that_is_no_column() -> None:
    said: dict[str, Any] = {"id": uuid4(), "words": "a", "size": 1, "colour": "red"}
    with pytest.raises(TypeError, match="Thing has no colour, size"):
        Thing(**said)
