"""The sheet that goes out is the sheet that comes in: sent back as it is it changes nothing, elsewhere it makes the same services."""

import json
import random
from io import BytesIO
from typing import Any

import pytest
from ihala_directory.imports import exporting
from ihala_directory.imports.columns import columns
from ihala_directory.imports.values import read, written
from ihala_directory.imports.workbook import Workbook
from ihala_kit.untrusted import container
from openpyxl import load_workbook
from sqlalchemy import text

from tests.directory.imports.conftest import Office
from tests.directory.imports.files import BARE, XLSX, header, row, xlsx
from tests.directory.world import GBV_SERVICE, TELAFAR_SERVICE, WLCO, ZUMMAR_AT, ZUMMAR_SERVICE, World

pytestmark = pytest.mark.usefixtures("read_here")
SAID = """
    SELECT s.id, o.names AS organization_names, o.kind, s.names, s.need_codes, s.entry_condition, s.rules, s.allows_waitlist, s.languages,
           s.opening_hours, s.documents_to_bring, s.description, s.wait_days, s.status, a.areas, a.capacity_kind, a.figure,
           l.id AS location_id, l.place, l.latitude, l.longitude, l.names AS location_names, l.address, l.accessibility
    FROM service s JOIN organization o ON o.id = s.organization_id
    JOIN service_at_location a ON a.service_id = s.id JOIN location l ON l.id = a.location_id
    WHERE NOT s.hidden AND a.status = 'open' ORDER BY s.id, l.id
"""
VERSIONS = "SELECT id, version, changed_at FROM service UNION ALL SELECT id, version, changed_at FROM service_at_location ORDER BY id"


async def sheet(office: Office, *, cleared: bool = True, language: str = "en", **query: str) -> bytes:
    headers = office.people.coordinator(cleared=cleared) | {"Accept-Language": language}
    async with office.http.get("/v1/exports/services", params={"format": "4w-xlsx", **query}, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, XLSX), await answer.text()
        assert answer.headers["Ihala-Modified-After"] and ".xlsx" in answer.headers["Content-Disposition"]
        return await answer.read()


def rows_in(data: bytes) -> list[dict[str, Any]]:
    """The rows of a sheet by the keys of the columns."""
    lines = load_workbook(BytesIO(data))["4W"].iter_rows(values_only=True)
    next(lines)
    return [dict(zip(columns(), line, strict=True)) for line in lines]


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
async def test_sent_back_as_it_is_it_changes_nothing(world: World, office: Office, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 7)  # several reads of the database for one file
    first = row(1, closed_from="2030-01-02", closed_until="2030-02-03", description_en="Two\nlines, < & >")
    await office.send(xlsx(first, row(1, location_id="B", description_en=""), row(2, cost="2500", sex="female", location_id="B")))
    await world.said()
    before = await world.rows(VERSIONS)
    out = await sheet(office, language=language)
    done = await office.send(out, source="ihala")
    assert (done["state"], done["created"], done["changed"], done["refused"]) == ("done", 0, 0, 0), await office.report(done["id"])
    shown = "SELECT count(*) FROM service s JOIN organization o ON o.id = s.organization_id WHERE NOT o.hidden"
    assert done["unchanged"] == await world.value(shown)
    assert await world.said() == []
    assert await world.rows(VERSIONS) == before
    page = load_workbook(BytesIO(out))["4W"]
    assert [one.value for one in page[1]] == header(language)
    assert page.sheet_view.rightToLeft is (language != "en")


async def test_elsewhere_it_makes_the_same_services_but_for_an_operators_own(world: World, office: Office, elsewhere: Office) -> None:
    first = row(1, latitude=36.123456789012, longitude=42.1)
    await office.send(xlsx(first, row(1, location_id="B"), row(2, age_max=60, groups="group.idp")))
    out = await sheet(office)
    done = await elsewhere.send(out, source="ihala", mode="rest")
    faults = await elsewhere.report(done["id"], only="faults")
    assert {(one["code"], one["column"]) for one in faults} == {("checks_missing", "organization_kind")}
    before, after = await said(office), await said(elsewhere)
    assert [one for one in before if one["kind"] != "operator"] == after
    assert len(after) > 20
    again = await elsewhere.send(out, source="ihala", mode="rest")
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, done["created"])


async def said(office: Office) -> list[dict[str, Any]]:
    async with office.database.engine.begin() as connection:
        await connection.execute(text("SELECT set_config('app.system', 'test', true)"))
        return [dict(one._mapping) for one in await connection.execute(text(SAID))]


async def test_what_a_cell_cannot_say_is_left_empty_and_stays(world: World, office: Office) -> None:
    """Two opening times, a closure with its reason, a price in dollars, a language and a name that the sheet cannot hold."""
    at = {"at": ZUMMAR_AT, "id": ZUMMAR_SERVICE}
    times = [{"days": ["SU"], "opens_at": f"{hour:02}:00", "closes_at": f"{hour + 1:02}:00"} for hour in (8, 12)]
    closures = [{"from": "2030-01-02", "until": "2030-01-03", "reason": {"en": "Works"}}]
    await world.rows(
        "UPDATE service_at_location SET schedules = CAST(:times AS jsonb), closures = CAST(:closures AS jsonb) WHERE id = :at RETURNING id",
        times=json.dumps(times), closures=json.dumps(closures), **at,
    )  # fmt: skip
    await world.rows(
        """UPDATE service SET costs = '[{"amount": "5", "currency": "USD", "option": {}}]', languages = '{ar,de}',
           names = names || jsonb_build_object('en', '''=Help'), description = jsonb_build_object('en', E'two\\u200f')
           WHERE id = :id RETURNING id""",
        id=ZUMMAR_SERVICE,
    )
    out = await sheet(office)
    (found,) = [one for one in rows_in(out) if one["service_id"] == str(ZUMMAR_SERVICE)]
    empty = ("days", "opens_at", "closes_at", "closed_from", "closed_until", "cost", "languages", "service_en", "description_en")
    assert {key: found[key] for key in empty} == dict.fromkeys(empty)
    assert found["service_ar"] and found["needs"] == "housing.hlp"
    before = await world.rows("SELECT * FROM service ORDER BY id")
    done = await office.send(out, source="ihala")
    assert (done["state"], done["changed"], done["created"]) == ("done", 0, 0)
    assert await world.rows("SELECT * FROM service ORDER BY id") == before


async def test_what_a_sheet_could_not_keep_hidden_is_in_none(world: World, office: Office) -> None:
    await world.rows("UPDATE service SET restricted = true, hidden = true WHERE id = :id RETURNING id", id=TELAFAR_SERVICE)
    await office.send(xlsx(row(1)))
    await world.rows("UPDATE organization SET cleared = true WHERE id IN (SELECT id FROM external_id) RETURNING id")
    await office.send(xlsx(row(2, needs="protection.gbv", **BARE)))
    seen = rows_in(await sheet(office))
    assert not {str(WLCO), str(GBV_SERVICE), str(TELAFAR_SERVICE)} & {str(value) for one in seen for value in one.values()}
    assert [one["needs"] for one in seen if one["service_en"] == "House repair 2"] == ["protection.gbv"]
    assert not [one for one in rows_in(await sheet(office, cleared=False)) if one["needs"] == "protection.gbv"]


async def test_only_what_changed_since(world: World, office: Office) -> None:
    since = world.database.clock.now().isoformat()
    assert rows_in(await sheet(office, modified_after=since)) == []
    await office.send(xlsx(row(1)))
    assert [one["service_en"] for one in rows_in(await sheet(office, modified_after=since))] == ["House repair 1"]


async def test_a_text_is_never_a_formula_and_the_file_is_as_safe_as_one_of_others(office: Office) -> None:
    await office.send(xlsx(row(1, service_en="'=HYPERLINK(1)", description_en="'@SUM(1)")))
    out = await sheet(office)
    container.check(out, sheet=True)
    cells = [one for line in load_workbook(BytesIO(out))["4W"].iter_rows() for one in line]
    assert {one.data_type for one in cells} <= {"s", "n"}
    assert "=HYPERLINK(1)" in {one.value for one in cells}


@pytest.mark.parametrize("key", [key for key, column in columns().items() if column.example])
def test_an_example_is_written_as_it_is_read(key: str) -> None:
    column = columns()[key]
    value = read(column.example, column)
    cell = written(value, column)
    assert cell is not None
    assert read(cell, column) == value


def test_a_workbook_is_ready_row_by_row_and_keeps_none() -> None:
    words = [random.Random(number).randbytes(400).hex() for number in range(200)]  # what cannot be made small
    with Workbook(["A", "B"], right_to_left=False) as book:
        pieces = [book.add([[word, number]]) for number, word in enumerate(words)]
        pieces.append(book.rest())
    assert max(map(len, pieces)) < 40_000 < sum(map(len, pieces))
    page = load_workbook(BytesIO(b"".join(pieces)))["4W"]
    assert [(a.value, b.value) for a, b in page.iter_rows(min_row=2)] == [(word, number) for number, word in enumerate(words)]
