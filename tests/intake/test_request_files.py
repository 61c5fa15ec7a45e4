"""Requests from a spreadsheet: read apart, taken row by row, reported without a word of what stood there."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from ihala_intake.request_files import mapping, sheet
from ihala_intake.request_files.columns import columns
from ihala_intake.request_files.wording import said
from ihala_kit.untrusted.findings import Unsafe
from openpyxl import Workbook

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, STRANGER, Actor
from tests.intake.house import Answer, House
from tests.intake.samples import SECRETS
from tests.kit.untrusted.traps import NO_SHEET, TRAPS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GOOD: dict[str, Any] = {
    "number": "R-1", "call_name": "أم يوسف", "given_name": "زينب", "father_name": "خضر", "sex": "أنثى", "birth_year": "١٩٨٧",
    "place": "IQG15Q08N01",
    "phone": "٠٧٧٠١٢٣٤٥٦٧", "phone_safe_to_call": "نعم", "phone_owner": "own", "household_size": "5", "needs": "housing.hlp، cash.grant",
    "urgency": "urgent", "consent_given": "yes", "consent_categories": "identity; contact", "consent_language": "ar",
    "consent_how": "spoken", "consent_recorded_by": "Officer 7",
}  # fmt: skip


def rows_of(*rows: dict[str, Any], language: str | None = None) -> list[list[Any]]:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    header = [columns()[key].names[language] if language else key for key in keys]
    return [header, *([row.get(key, "") for key in keys] for row in rows)]


def as_csv(*rows: dict[str, Any], language: str | None = None, separator: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows_of(*rows, language=language))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(*rows: dict[str, Any], language: str | None = "ar") -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows_of(*rows, language=language):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


async def sent(house: House, content: bytes, kind: str = "text/csv", actor: Actor = NGO, **query: str) -> Answer:
    path = "/v1/requests/imports?" + "&".join(f"{name}={value}" for name, value in {"system": "ngo.sheet", **query}.items())
    headers = actor.headers(house.mint) | {"Content-Type": kind, "Idempotency-Key": f"k-{hash(content)}-{len(query)}"}
    async with house.session.post(path, data=content, headers=headers) as answer:
        return Answer(answer.status, await answer.json(content_type=None), answer.headers)


async def done(house: House, content: bytes, kind: str = "text/csv", actor: Actor = NGO, **query: str) -> tuple[dict[str, Any], list[Any]]:
    answer = await sent(house, content, kind, actor, **query)
    assert (answer.status, answer.body["state"]) == (202, "waiting"), answer.body
    await house.work()
    path = answer.headers["Location"].removeprefix("/intake")
    report = await house.call("GET", f"{path}/report?limit=200", actor, headers={"Accept-Language": "ar"})
    return (await house.get(path, actor)).body, report.body["items"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_each_row_is_taken_or_refused_by_itself(house: House, kind: str) -> None:
    rows = [
        GOOD, GOOD | {"number": "R-2", "given_name": "Sara", "needs": "housing.palace"}, GOOD | {"number": "R-3", "place": "XX"},
        GOOD | {"number": "R-4", "phone": "abc", "birth_year": "soon"}, GOOD | {"number": "R-5", "given_name": "Ali", "phone": "abc"},
        GOOD | {"number": "R-6", "given_name": "Omar", "consent_given": ""}, GOOD | {"number": "R-7", "given_name": "Huda"},
    ]  # fmt: skip
    content, media = (as_csv(*rows), "text/csv") if kind == "csv" else (as_xlsx(*rows), XLSX)
    file, report = await done(house, content, media)
    assert (file["state"], file["rows"], file["taken"], file["known"], file["refused"]) == ("done", 7, 2, 0, 5)
    found = [(one["row"], one["code"], one["cell"], one["column"]) for one in report]
    assert found == [
        (5, "not_a_whole_number", "F5", "birth_year"), (2, "taken", None, None), (3, "unknown-need-code", "L3", "needs"),
        (4, "unknown-place", "G4", "place"), (6, "phone_number", "H6", "phone"), (7, "missing", "N7", "consent_given"),
        (8, "taken", None, None),
    ]  # fmt: skip
    assert [one["level"] for one in report if one["request_id"]] == ["outcome", "outcome"]
    assert report[2]["words"] == "هذا الاحتياج غير موجود في القائمة."
    assert report[2]["column_name"] == "الاحتياجات (رموز)"
    assert not [word for word in (*SECRETS, "palace", "soon", "abc", "Sara") if word in str(report)]
    [first] = (await house.get("/v1/requests?system=ngo.sheet&value=R-1", NGO)).body["items"]
    assert [(one["code"], one["status"]) for one in first["needs"]] == [("housing.hlp", "received"), ("cash.grant", "received")]
    known = (await house.get(f"/v1/needs/{first['needs'][0]['need_id']}/person", COORDINATOR)).body
    assert (known["identity"]["birth_year"], known["identity"]["sex"], known["household"]["size"]) == (1987, "female", 5)
    [phone] = known["contact"]["phones"]
    assert (phone["number"], phone["safe_to_call"], phone["safe_to_message"]) == ("+9647701234567", True, False)


async def test_the_same_file_again_changes_nothing(house: House) -> None:
    content = as_csv(GOOD, GOOD | {"number": "R-2", "given_name": "Sara"}, GOOD)
    first, _ = await done(house, content)
    assert (first["taken"], first["known"]) == (2, 1)
    await house.events()
    again, report = await done(house, content + b"\n")
    assert (again["taken"], again["known"], again["refused"]) == (0, 3, 0)
    assert {one["code"] for one in report} == {"known"}
    assert await house.events() == []
    assert await house.scalar("SELECT count(*) FROM request") == 2


async def test_a_dry_run_reports_and_takes_nothing(house: House) -> None:
    file, report = await done(house, as_csv(GOOD, GOOD | {"number": "R-2", "place": "XX"}), dry_run="true")
    assert (file["taken"], file["refused"], [one["code"] for one in report]) == (1, 1, ["would_be_taken", "unknown-place"])
    assert await house.events() == []
    assert await house.scalar("SELECT count(*) FROM request") == 0
    assert await house.scalar("SELECT count(*) FROM person") == 0


async def test_many_rows_go_in_batches(house: House) -> None:
    rows = [GOOD | {"number": f"R-{n}", "given_name": f"Name{n}", "needs": "cash.grant"} for n in range(60)]
    file, report = await done(house, as_csv(*rows))
    assert (file["taken"], file["loaded_until"], len(report)) == (60, 61, 60)
    assert await house.scalar("SELECT count(*) FROM need") == 60


async def test_what_the_file_said_is_sealed_and_then_destroyed(house: House) -> None:
    answer = await sent(house, as_csv(GOOD))
    content = str(await house.scalar("SELECT string_agg(t::text, ' ') FROM request_file t"))
    assert not [word for word in SECRETS if word in content or word.encode().hex() in content]
    await house.work()
    assert await house.scalar("SELECT content IS NULL FROM request_file") is True
    assert await house.scalar("SELECT wrapped IS NULL FROM data_key WHERE id = :id", id=answer.body["id"]) is True
    assert await house.scalar("SELECT count(*) FROM request_file_row") == 0
    await house.later(timedelta(days=91))
    assert (await house.get(f"/v1/requests/imports/{answer.body['id']}", NGO)).slug == "file-not-found"
    assert await house.scalar("SELECT count(*) FROM request") == 1


async def test_a_file_is_seen_by_who_sent_it_alone(house: House) -> None:
    file_id = (await sent(house, as_csv(GOOD))).body["id"]
    for actor in (HLP, STRANGER, COORDINATOR):
        for path in (f"/v1/requests/imports/{file_id}", f"/v1/requests/imports/{file_id}/report"):
            assert (await house.get(path, actor)).slug == "file-not-found"
    mine = (await sent(house, as_csv(GOOD), actor=COORDINATOR)).body["id"]
    assert (await house.get(f"/v1/requests/imports/{mine}", OFFICER)).slug == "file-not-found"


@pytest.mark.parametrize(("content", "kind", "status", "slug"), [
    (b"{}", "application/json", 415, "file-kind-unknown"), (b"abc", XLSX, 422, "file-refused"),
    (b"PK\x03\x04abc", XLSX, 422, "file-refused"),
])  # fmt: skip
async def test_what_is_no_sheet_is_refused_at_once(house: House, content: bytes, kind: str, status: int, slug: str) -> None:
    answer = await sent(house, content, kind)
    assert (answer.status, answer.slug) == (status, slug)
    assert await house.scalar("SELECT count(*) FROM request_file") == 0


async def test_a_trap_is_refused_by_name_and_nothing_is_kept(house: House) -> None:
    for name, (data, code) in {**TRAPS, "no sheet": (NO_SHEET, "not_a_zip")}.items():
        answer = await sent(house, data, XLSX)
        assert (answer.status, answer.body["code"]) == (422, "not_a_sheet" if code == "not_a_zip" else code), name
    assert await house.scalar("SELECT count(*) FROM request_file") == 0


@pytest.mark.parametrize(("content", "code"), [
    (b"a,b,c\n1,2,3\n", "no_header"), (b"call_name,place\n", "no_rows"), (b"\xff\xfa\xf0", "encoding"),
    (b"call_name,place\n" + b"x,IQG15\n" * 2001, "too_many_rows"),
])  # fmt: skip
async def test_a_file_without_rows_says_why(house: House, content: bytes, code: str) -> None:
    file, report = await done(house, content)
    assert (file["state"], [one["code"] for one in report]) == ("refused", [code])


def test_a_formula_is_refused_and_unknown_columns_are_noted() -> None:
    found = mapping.read(sheet.of_xlsx(as_xlsx({"call_name": "=1+1", "place": "IQG15"})), "s")
    assert [(fault.code, fault.cell) for fault in found.faults] == [("formula", "A2")]
    found = mapping.read(sheet.of_csv(b"call_name;place;extra;place\nx;IQG15;y;IQG08\n"), "s")
    assert [(fault.code, fault.cell) for fault in found.faults] == [("column_unknown", "C1"), ("column_twice", "D1")]
    assert found.rows[0].body == {"person": {"call_name": "x", "place": "IQG15"}, "needs": []}


@pytest.mark.parametrize("language", ["en", "ar", "ckb", None])
def test_headers_are_known_in_every_language(language: str | None) -> None:
    every = dict.fromkeys(columns(), "") | {"call_name": "x", "place": "IQG15"}
    assert len(sheet.of_csv(as_csv(every, language=language)).columns) == len(columns())


@pytest.mark.parametrize(
    ("written", "iso"), [("3/4/2026", "2026-04-03"), ("٢٠٢٦-٠٤-٠٣", "2026-04-03"), ("31/2/2026", None), ("soon", None)]
)
def test_dates_as_people_write_them(written: str, iso: str | None) -> None:
    found = mapping.read(sheet.of_csv(as_csv({"call_name": "x", "place": "IQG15", "birth_on": written})), "s")
    assert [row.body["person"].get("birth_on") for row in found.rows] == ([iso] if iso else [])
    assert [fault.code for fault in found.faults] == ([] if iso else ["not_a_date"])


async def test_the_template_is_a_sheet_that_is_understood(house: House) -> None:
    async with house.session.get("/v1/requests/imports/template", headers=NGO.headers(house.mint) | {"Accept-Language": "ckb"}) as answer:
        assert answer.status == 200
        content = await answer.read()
    with pytest.raises(Unsafe, match="no_rows"):
        sheet.of_csv(content)


def test_every_fault_has_words() -> None:
    assert len({said(code, "ar") for code in ("no_header", "formula", "not_a_date", "never_heard_of")}) == 4
