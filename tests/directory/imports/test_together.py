"""Many services are written together, and it comes to the same as by the commands one by one, whatever the database finds in them."""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

import pytest
from ihala_directory.commands import rows
from ihala_directory.imports import preparing, publishing
from ihala_directory.tables import Service, Table
from ihala_kit.auth import Caller
from sqlalchemy import event, text
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.directory.imports.conftest import Office
from tests.directory.imports.files import BARE, cell, row, xlsx
from tests.directory.world import GBV_SERVICE, World

pytestmark = pytest.mark.usefixtures("read_here")
WRITTEN = {
    "service": "SELECT to_jsonb(t) FROM service t WHERE organization_id = ANY(:ours)",
    "location": "SELECT to_jsonb(t) FROM location t WHERE organization_id = ANY(:ours)",
    "places": "SELECT to_jsonb(t) FROM service_at_location t WHERE organization_id = ANY(:ours)",
    "reach": """SELECT to_jsonb(t) FROM service_reach t JOIN service_at_location a ON a.id = t.service_at_location_id
                WHERE a.organization_id = ANY(:ours)""",
    "versions": "SELECT to_jsonb(t) FROM entry_version t WHERE organization_id = ANY(:ours)",
    "public index": "SELECT to_jsonb(t) FROM search_entry t WHERE organization_id = ANY(:ours)",
    "hidden index": "SELECT to_jsonb(t) FROM search_hidden t WHERE organization_id = ANY(:ours)",
    "names": "SELECT to_jsonb(t) FROM search_name t WHERE organization_id = ANY(:ours)",
    "told again": """SELECT to_jsonb(d) FROM due_work d JOIN service s ON s.id = d.key
                     WHERE kind = 'tell-service-again' AND s.organization_id = ANY(:ours)""",
    "events": """SELECT jsonb_build_array(key, type, version, sequence, data) FROM outbox
                 WHERE (CAST(data AS jsonb) ->> 'organization_id')::uuid = ANY(:ours)""",
}
WORDS = "SELECT key || ' ' || part FROM search_word"
DAY_AND_NIGHT = {"days": "MO; TU; WE; TH; FR; SA; SU", "opens_at": "00:00", "closes_at": "24:00"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)")


def our(name: str) -> str:
    return str(uuid5(UUID(int=0), name))


FIRST, SECOND = our("first"), our("second")


def one(service: str, location: str, organization: str = FIRST, **more: Any) -> dict[str, Any]:
    ids = {"organization_id": organization, "service_id": our(service), "location_id": our(location)}
    return row(0, **ids, service_en=f"Help {service}", organization_en=f"Office {organization[:4]}", **more)


def various() -> list[dict[str, Any]]:
    """Services as they differ: at a place of their own or a shared one, at several, paused, restricted, of two organisations."""
    return [
        one("a", "1"),
        one("b", "1", needs="housing.repair; work.job", areas="IQG15Q08; IQG15"),
        one("b", "2", needs="housing.repair; work.job", areas="IQG15", place="IQG15", latitude="", longitude=""),
        one("c", "3", status="paused", cost="2500", age_max=60, sex="female", groups="group.idp"),
        one("d", "4", needs="protection.gbv", **BARE),
        one("e", "5", SECOND),
        one("f", "6", SECOND, closed_from="2030-01-02", closed_until="2030-01-03", **DAY_AND_NIGHT),
    ]


def later() -> list[dict[str, Any]]:
    """What changes: a service's own columns, those of one of its places, needs and areas; and what is more than that (c, e)."""
    return [
        one("a", "1", closed_from="2031-01-02", closed_until="2031-01-03"),
        one("b", "1", needs="housing.repair", areas="IQG15Q08", description_en="Better repairs"),
        one("b", "2", needs="housing.repair", areas="IQG15", place="IQG15", latitude="", longitude="", description_en="Better repairs"),
        one("c", "3", status="active", age_max=60, sex="female"),
        one("d", "4", needs="protection.gbv", description_ar="كلام", **BARE),
        one("e", "5", SECOND, address_en="Elsewhere"),
        one("f", "6", SECOND, languages="en", days="", opens_at="", closes_at=""),
    ]


async def enter(office: Office) -> None:
    """Enter the organisations, clear one, then enter all the rest, and change it."""
    await office.send(xlsx(various()[0]))
    async with office.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("UPDATE organization SET cleared = true WHERE id = :id"), {"id": FIRST})
    done = await office.send(xlsx(*various()))
    assert (done["state"], done["created"], done["unchanged"]) == ("done", 5, 1), await office.report(done["id"])
    done = await office.send(xlsx(*later()))
    assert (done["state"], done["changed"]) == ("done", 6), await office.report(done["id"])


async def written(office: Office) -> dict[str, list[str]]:
    """All that was written, without times; an id that was made on the way is called by what it stands for."""
    async with office.database.transaction(Caller.system("test")) as tx:
        made = {
            str(at.id): f"{at.service_id}@{at.location_id}"
            for at in await tx.execute(text("SELECT id, service_id, location_id FROM service_at_location"))
        }
        values = {"ours": [UUID(FIRST), UUID(SECOND)]}
        found = {name: [str(one) for (one,) in await tx.execute(text(query), values)] for name, query in WRITTEN.items()}
    ids = re.compile("|".join(made))
    return {name: sorted(ids.sub(lambda id_: made[id_[0]], TIME.sub("", one)) for one in lines) for name, lines in found.items()}


async def words(office: Office) -> set[str]:
    async with office.database.transaction(Caller.system("test")) as tx:
        return set((await tx.execute(text(WORDS))).scalars())


async def test_it_writes_what_the_commands_write(office: Office, elsewhere: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    together: list[int] = []
    publish = publishing.publish

    async def counted(tx: AsyncSession, found: Sequence[preparing.Offer]) -> list[bool]:
        together.append(len(found))
        return await publish(tx, found)

    monkeypatch.setattr(publishing, "publish", counted)
    await enter(office)
    assert together == [3, 1, 2, 1, 1]  # new: b, c, d; e joins with its organisation, by itself; then f. Changed: a, b; c by itself; …
    monkeypatch.setattr(preparing, "new", lambda *_: None)
    monkeypatch.setattr(preparing, "changed", lambda *_: None)
    await enter(elsewhere)
    assert len(together) == 5
    one, other = await written(office), await written(elsewhere)
    assert {name: len(lines) for name, lines in one.items()}["places"] == 7
    for name in WRITTEN:
        assert one[name] == other[name], name
        assert one[name], name
    assert await words(elsewhere) <= await words(office)


async def test_what_only_the_database_refuses_keeps_out_its_own_rows(world: World, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    insert = rows.insert_all

    async def failing(tx: AsyncSession, found: Sequence[Table]) -> None:
        if any(isinstance(one, Service) and one.names["en"] == "House repair 7" for one in found):
            await tx.execute(text("SELECT 1 / 0"))
        await insert(tx, found)

    monkeypatch.setattr(rows, "insert_all", failing)
    sheet = xlsx(*(row(number) for number in range(1, 13)))
    refused = await office.send(sheet)
    assert (refused["state"], refused["created"], refused["refused"]) == ("refused", 0, 1)
    assert await world.value("SELECT count(*) FROM external_id") == 0
    done = await office.send(sheet, mode="rest")
    assert (done["state"], done["created"], done["refused"]) == ("done", 11, 1)
    lines = [(one["code"], one["row"], one["cell"]) for one in await office.report(done["id"])]
    assert lines == [("refused", 8, cell("service_id", 8)) if number == 8 else ("created", number, None) for number in range(2, 14)]
    assert await world.value("SELECT count(*) FROM external_id") == 1 + 11 * 3


async def test_an_id_that_somebody_has_whom_the_caller_may_not_see_is_not_theirs(world: World, office: Office) -> None:
    before = await world.rows("SELECT * FROM service WHERE id = :id", id=GBV_SERVICE)
    done = await office.send(xlsx(row(1), row(2), row(3, service_id=str(GBV_SERVICE)), row(4)), mode="rest", cleared=False)
    assert [one["code"] for one in await office.report(done["id"])] == ["created", "created", "not_yours", "created"]
    assert await world.rows("SELECT * FROM service WHERE id = :id", id=GBV_SERVICE) == before


async def test_a_service_that_a_file_names_twice_is_created_and_then_changed(world: World, office: Office) -> None:
    where = {"id": our("l"), "name": "Office", "external_identifier": "IQG15Q08"}
    service = {
        "id": our("s"), "name": "Courses", "status": "active", "attributes": [{"taxonomy_term": {"code": "work.training"}}],
        "organization": {"id": FIRST, "name": "Helping Hands"}, "service_at_locations": [{"id": our("at"), "location": where}],
    }  # fmt: skip
    other = service | {"id": our("t"), "service_at_locations": [{"id": our("u"), "location": where}]}
    lines = [service, other, other | {"name": "Better courses"}, other]
    done = await office.send("\n".join(map(json.dumps, lines)).encode(), "application/x-ndjson")
    assert [one["code"] for one in await office.report(done["id"])] == ["created", "created", "changed", "changed"]
    (found,) = await world.rows("SELECT names, version FROM service WHERE id = :id", id=our("t"))
    assert (found.names, found.version) == ({"en": "Courses"}, 3)


async def test_few_statements_however_many_services(world: World, office: Office) -> None:
    statements: list[str] = []  # about entries; how often the clock looks for work depends on how busy the machine is
    entries = re.compile(r"\b(organization|service|location|service_at_location|service_reach|entry_version|external_id|search_\w+)\b")

    def count(*asked: Any) -> None:
        if entries.search(asked[2]):
            statements.append(asked[2])

    event.listen(world.database.engine.sync_engine, "before_cursor_execute", count)
    sheet = xlsx(*(row(number) for number in range(1, 201)))
    done = await office.send(sheet)
    assert done["created"] == 200
    assert 50 < len(statements) < 250
    statements.clear()
    assert (await office.send(sheet))["unchanged"] == 200
    assert len(statements) < 100
    statements.clear()
    assert (await office.send(xlsx(*(row(number, description_en="Other") for number in range(1, 201)))))["changed"] == 200
    assert len(statements) < 300
