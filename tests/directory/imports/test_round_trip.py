"""What goes out comes in again the same; who harvests is told what is gone, and never what it could not see."""

import csv
import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.directory.imports.conftest import Office
from tests.directory.imports.files import row, xlsx
from tests.directory.world import ALLOWANCE_AT, GBV_SERVICE, TELAFAR, TELAFAR_SERVICE, ZUMMAR_SERVICE, World

pytestmark = pytest.mark.usefixtures("read_here")
SAME = """
    SELECT s.id, s.organization_id, s.names, s.need_codes, s.restricted, s.entry_condition, s.rules, s.allows_waitlist, s.languages,
           s.opening_hours, s.documents_to_bring, s.description, s.url, s.email, s.phones, s.contacts, s.costs, s.schedules, s.closures,
           s.application_process, s.wait_days, s.decision_target_hours, s.woman_counsellor, s.status,
           a.id AS at_id, a.areas, a.capacity_kind, a.figure, a.unit, a.schedules AS at_schedules, a.description AS at_description,
           l.place, l.sub_district, l.latitude, l.longitude, l.names AS location_names, l.address, l.accessibility,
           l.phones AS location_phones,
           o.kind, o.names AS organization_names, o.phone, o.phones AS organization_phones, o.contacts AS organization_contacts,
           o.registration, o.reporting_duty, o.description AS organization_description, o.email AS organization_email, o.website
    FROM service s JOIN organization o ON o.id = s.organization_id
    JOIN service_at_location a ON a.service_id = s.id JOIN location l ON l.id = a.location_id
    WHERE NOT s.hidden AND a.status = 'open' ORDER BY a.id
"""


NUMBER = {"number": "+964 770 000 0007", "type": "hotline", "languages": ["ar"], "note": {"en": "By day"}}
FOCAL = [{"name": {"en": "Desk"}, "role": {"ar": "مكتب"}, "phone": NUMBER, "email": "desk@example.org"}]


async def export(office: Office, format: str = "ndjson", cleared: bool = False, **query: str) -> bytes:
    headers = office.people.coordinator(cleared=cleared) if cleared else office.people.stranger()
    params = {"format": format, **query}
    async with office.http.get("/v1/exports/services", params=params, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Ihala-Modified-After"]
        return await answer.read()


async def rows_of(office: Office) -> list[dict[str, Any]]:
    async with office.database.transaction(Caller.system("test")) as tx:
        return [dict(one._mapping) for one in await tx.execute(text(SAME))]


@pytest.mark.parametrize(("format", "kind"), [("ndjson", "application/x-ndjson"), ("hsds-csv", "application/zip")])
async def test_an_export_makes_the_same_services_elsewhere(office: Office, elsewhere: Office, format: str, kind: str) -> None:
    one, shared = row(1, closed_from="2030-01-02", closed_until="2030-02-03"), {"location_id": "B"}
    await office.send(xlsx(one, row(1, **shared), row(2, cost="2500", **shared)))
    for_whom = {"age_min": 18, "household_min": 4, "household_max": 9, "documents": ["national_id", "court_paper"]}
    async with office.database.transaction(Caller.system("test")) as tx:
        values = {"id": TELAFAR_SERVICE, "rules": json.dumps(for_whom)}
        await tx.execute(text("UPDATE service SET rules = CAST(:rules AS jsonb) WHERE id = :id"), values)
        known = {"id": TELAFAR, "contacts": json.dumps(FOCAL), "phones": json.dumps([NUMBER]), "duty": json.dumps({"en": "Nothing"})}
        said = "contacts = CAST(:contacts AS jsonb), reporting_duty = CAST(:duty AS jsonb), registration = 'R-1', phones"
        await tx.execute(text(f"UPDATE organization SET {said} = CAST(:phones AS jsonb) WHERE id = :id"), known)
        at_every_place = "UPDATE location SET phones = CAST(:phones AS jsonb) WHERE NOT hidden"  # one has two services
        await tx.execute(text(at_every_place), {"phones": known["phones"]})
    out = await export(office, format)
    done = await elsewhere.send(out, kind, source="ihala")
    assert (done["state"], done["refused"]) == ("done", 0), await elsewhere.report(done["id"], only="faults")
    before, after = await rows_of(office), await rows_of(elsewhere)
    assert len(after) > 20
    for one, other in zip(before, after, strict=True):
        assert {name: value for name, value in other.items() if value != one[name]} == {}
    again = await elsewhere.send(out, kind, source="ihala")
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, done["created"])


@pytest.mark.parametrize(("format", "kind"), [("ndjson", "application/x-ndjson"), ("hsds-csv", "application/zip")])
async def test_what_is_hidden_is_hidden_elsewhere(world: World, office: Office, elsewhere: Office, format: str, kind: str) -> None:
    for table, one in (("organization", "id"), ("service", "organization_id"), ("service_at_location", "organization_id")):
        await world.rows(f"UPDATE {table} SET hidden = true WHERE {one} = :id RETURNING id", id=TELAFAR)
    nowhere = "hidden = true, latitude = NULL, longitude = NULL, address = '{}', transportation = '{}'"
    await world.rows(f"UPDATE location SET {nowhere} WHERE organization_id = :id RETURNING id", id=TELAFAR)
    out = await export(office, format, cleared=True)
    hidden = "SELECT hidden FROM {} WHERE {} = :id"
    for cleared, found in ((False, [None, None]), (True, [True, True])):
        await elsewhere.send(out, kind, cleared=cleared, source="ihala", mode="rest")
        async with elsewhere.database.transaction(Caller.system("test")) as tx:
            asked = (("organization", "id"), ("service", "organization_id"))
            assert [(await tx.scalar(text(hidden.format(*one)), {"id": TELAFAR})) for one in asked] == found


async def test_our_own_export_changes_nothing_here(world: World, office: Office) -> None:
    await world.said()
    out = await export(office, cleared=True)
    assert str(GBV_SERVICE) in out.decode()
    done = await office.send(out, "application/x-ndjson", source="ihala")
    assert (done["created"], done["changed"], done["refused"]) == (0, 0, 0), await office.report(done["id"])
    assert await world.said() == []


async def test_what_everybody_may_read_changes_nothing_here(world: World, office: Office) -> None:
    """It tells what is free, not whether a place comes back: one that is used up stays one. Nor does a text end at a sign of Unicode's."""
    assert await world.value("SELECT capacity_kind FROM service_at_location WHERE id = :at", at=ALLOWANCE_AT) == "stock"
    said = json.dumps({"en": "One line\u2028and the next\u0085to its end."})
    await world.rows("UPDATE service SET description = CAST(:said AS jsonb) WHERE id = :id RETURNING id", said=said, id=TELAFAR_SERVICE)
    params = {"full": "true", "format": "ndjson"}
    async with office.http.get("/v1/hsds/services", params=params, headers=office.people.stranger()) as answer:
        out = await answer.read()
    assert "\u2028" in out.decode()
    done = await office.send(out, "application/x-ndjson", source="ihala")
    assert (done["state"], done["changed"], done["refused"]) == ("done", 0, 0), await office.report(done["id"])
    assert await world.value("SELECT capacity_kind FROM service_at_location WHERE id = :at", at=ALLOWANCE_AT) == "stock"


async def suspend(world: World, service: UUID) -> None:
    """Suspend who offers the service."""
    away = "UPDATE organization SET status = 'suspended', suspended_for = 'conduct', suspended_at = now()"
    await world.rows(f"{away} WHERE id = (SELECT organization_id FROM service WHERE id = :id) RETURNING id", id=service)


@pytest.mark.parametrize(("format", "kind"), [("ndjson", "application/x-ndjson"), ("hsds-csv", "application/zip")])
async def test_what_is_closed_today_only_is_not_paused_by_our_own_export(world: World, office: Office, format: str, kind: str) -> None:
    """HSDS has one word for what is closed for some days, what is suspended and what is paused; here they are told apart."""
    today = f"[{json.dumps({'from': '2020-01-01', 'until': '2999-12-31', 'reason': {}})}]"
    await world.rows("UPDATE service SET closures = CAST(:now AS jsonb) WHERE id = :id RETURNING id", now=today, id=TELAFAR_SERVICE)
    await suspend(world, ZUMMAR_SERVICE)
    pause = "UPDATE service s SET status = 'paused' FROM service_at_location a WHERE a.service_id = s.id AND a.id = :at RETURNING s.id"
    paused = await world.value(pause, at=ALLOWANCE_AT)
    before = {str(one.id): one.status for one in await world.rows("SELECT id, status FROM service WHERE NOT hidden")}
    lines = {one["id"]: one for one in map(json.loads, (await export(office)).splitlines())}
    for id_ in (TELAFAR_SERVICE, ZUMMAR_SERVICE, paused):
        assert lines[str(id_)]["status"] == "temporarily closed"
    done = await office.send(await export(office, format), kind, source="ihala")
    assert (done["created"], done["changed"], done["refused"]) == (0, 0, 0), await office.report(done["id"])
    assert {str(one.id): one.status for one in await world.rows("SELECT id, status FROM service WHERE NOT hidden")} == before


async def test_a_status_that_somebody_wrote_into_our_export_is_taken(world: World, office: Office) -> None:
    await suspend(world, TELAFAR_SERVICE)
    lines = [json.loads(line) for line in (await export(office)).splitlines()]
    sent = [one | {"status": "inactive"} for one in lines if one["id"] == str(TELAFAR_SERVICE)]
    assert (await office.send(json.dumps(sent).encode(), "application/json", source="ihala"))["changed"] == 1
    assert await world.value("SELECT status FROM service WHERE id = :id", id=TELAFAR_SERVICE) == "closed"


async def test_hidden_services_leave_for_nobody_who_may_not_see_them(office: Office) -> None:
    out = (await export(office)).decode()
    assert str(TELAFAR_SERVICE) in out
    assert str(GBV_SERVICE) not in out


async def test_a_harvest_is_told_what_changed_and_what_is_gone(world: World, office: Office) -> None:
    since = world.database.clock.now().isoformat()
    assert await export(office, modified_after=since) == b""
    at = {"at": world.database.clock.now()}
    async with world.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("UPDATE service SET status = 'closed', changed_at = :at WHERE id = :id"), at | {"id": TELAFAR_SERVICE})
        await tx.execute(text("UPDATE service SET hidden = true WHERE id = :id"), {"id": ZUMMAR_SERVICE})
        await tx.execute(text("UPDATE service SET changed_at = :at WHERE id = :id"), at | {"id": GBV_SERVICE})
    lines = [json.loads(line) for line in (await export(office, modified_after=since)).splitlines()]
    assert sorted(lines, key=lambda one: str(one["id"])) == [
        {"id": str(one), "deleted": True} for one in sorted([TELAFAR_SERVICE, ZUMMAR_SERVICE], key=str)
    ]
    assert str(TELAFAR_SERVICE) not in (await export(office)).decode()
    seen = [json.loads(line) for line in (await export(office, cleared=True, modified_after=since)).splitlines()]
    assert {one["id"] for one in seen if "deleted" not in one} == {str(GBV_SERVICE)}
    await world.rows("UPDATE service SET hidden = false WHERE id = :id RETURNING id", id=ZUMMAR_SERVICE)
    assert await world.value("SELECT count(*) FROM service_withdrawn") == 0


async def test_no_cell_of_an_export_begins_a_formula(office: Office) -> None:
    await office.send(xlsx(row(1, service_en="'=HYPERLINK(1)", description_en="'@SUM(1)")))
    with zipfile.ZipFile(io.BytesIO(await export(office, "hsds-csv"))) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                for line in csv.reader(io.StringIO(archive.read(name).decode(), newline="")):
                    assert not [value for value in line if value[:1] in set("=+-@\t\r")], name
        text_of = archive.read("services.csv").decode()
        described = json.loads(archive.read("datapackage.json"))
    assert "'=HYPERLINK(1)" in text_of
    assert {one["path"] for one in described["resources"]} >= {
        "services.csv",
        "organizations.csv",
        "locations.csv",
        "service_at_locations.csv",
    }


async def test_a_list_of_organisations_with_services_of_somebody_else(world: World, office: Office) -> None:
    """HSDS as others write it: no codes of ours but the taxonomy's, places by name, no kind of organisation."""
    where = {"id": "l", "location_type": "physical", "name": "Office", "addresses": [{"address_1": "1 Road", "city": "Telafar"}]}
    good = {
        "id": "svc-1",
        "name": "Courses",
        "status": "active",
        "attributes": [{"taxonomy_term": {"code": "work.training"}}],
        "schedules": [{"freq": "WEEKLY", "byday": "SU,MO", "opens_at": "08:00:00", "closes_at": "12:00:00"}],
        "service_at_locations": [{"id": "sal-1", "location": where}],
    }
    bad = {"id": "svc-2", "name": "<b>Bold</b>", "status": "active", "service_at_locations": [{"id": "s2", "location": {"name": "X"}}]}
    bad["attributes"] = [{"taxonomy_term_id": ["work.training"]}]  # what is not of HSDS's form is a fault of its entry, not of the file
    document = [{"id": "org-7", "name": "Helping Hands", "description": "x", "services": [good, bad]}]
    done = await office.send(json.dumps({"contents": document}).encode(), "application/json", mode="rest")
    assert (done["created"], done["refused"]) == (1, 1)
    faults = {(one["code"], one["cell"]) for one in await office.report(done["id"], only="faults")}
    assert faults == {
        ("not_plain_text", "contents/0/services/1/name"),
        ("required", "contents/0/services/1/attributes"),
        ("unknown_place", "contents/0/services/1/service_at_locations/0/location/location"),
        ("unknown_place", "contents/0/services/1/service_at_locations/0/service_areas"),
    }
