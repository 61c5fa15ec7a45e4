"""Each cell is read as people write it, and each fault names its cell and what would be right."""

from datetime import date, datetime, time
from typing import Any

import pytest
from ihala_directory.imports import child, limits, wording
from ihala_directory.imports.reading import Reading
from ihala_kit.untrusted.findings import Fault

from tests.directory.imports.files import BARE, cell, header, row, xlsx


def read(*rows: dict[str, Any], **more: Any) -> Reading:
    return child.read("sheet", xlsx(*rows, **more))


def found(reading: Reading) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(one.code, one.row, one.cell, one.column) for one in reading.faults]


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_a_sheet_in_each_language_is_one_entry_a_service(language: str) -> None:
    reading = read(row(1), row(1, location_id="LOC-2", place="تلعفر"), row(2), language=language)
    assert reading.faults == []
    assert [(entry.service["id"], entry.rows) for entry in reading.entries] == [("SRV-1", [2, 3]), ("SRV-2", [4])]
    first = reading.entries[0]
    assert first.organization["values"]["names"]["ar"] == "منظمة مثال"
    assert first.service["values"]["need_codes"] == ["housing.repair"]
    assert first.ats[1]["values"]["location"]["place"] == "IQG15Q08"


def test_digits_dates_lists_and_words_as_they_are_written() -> None:
    reading = read(
        row(
            1, latitude="٣٦٫٣٧", longitude=42.45, places="١٢", age_min="۱۸", needs="housing.repair؛ work.job",
            sex="نساء", days="الأحد، الاثنين", opens_at=time(8, 30), closes_at="١٤:٠٠", closed_from=date(2030, 1, 2),
            closed_until="٣/٤/٢٠٣٠", waitlist="نعم", organization_phone="٠٧٠٠ ٠٠٠ ٠١٠٠", cost="٢٬٥٠٠", status="متوقفة مؤقتًا", wait_days=7.0,
        )
    )  # fmt: skip
    assert reading.faults == []
    (entry,) = reading.entries
    at, service = entry.ats[0]["values"], entry.service["values"]
    assert (at["location"]["latitude"], at["location"]["longitude"], at["capacity"]["figure"]) == (36.37, 42.45, 12)
    assert at["schedules"] == [{"days": ["SU", "MO"], "opens_at": "08:30", "closes_at": "14:00"}]
    assert at["closures"] == [{"from": "2030-01-02", "until": "2030-04-03"}]
    assert service["rules"] == {"age_min": 18, "sex": ["female"]}
    assert (service["allows_waitlist"], service["status"], service["wait_days"]) == (True, "paused", 7)
    assert (service["need_codes"], service["costs"]) == (["housing.repair", "work.job"], [{"amount": "2500"}])
    assert entry.organization["values"]["phone"] == "+964 700 000 0100"


FAULTS: list[tuple[str, Any, str]] = [
    ("needs", "no.such", "not_in_list"),
    ("needs", "", "required"),
    ("place", "Atlantis", "unknown_place"),
    ("place", "IQG99", "unknown_place"),
    ("areas", "IQG15Q08; nowhere", "unknown_place"),
    ("organization_kind", "ministry", "not_in_list"),
    ("organization_phone", "call us", "not_a_phone"),
    ("places", "many", "not_a_whole_number"),
    ("places", 2.5, "not_a_whole_number"),
    ("places", -1, "out_of_range"),
    ("places", "=1+1", "formula"),
    ("latitude", "", "half_point"),
    ("latitude", 95, "out_of_range"),
    ("age_min", 121, "out_of_range"),
    ("age_max", 3, "wrong_order"),
    ("sex", "both", "not_in_list"),
    ("days", "Someday", "not_in_list"),
    ("opens_at", "morning", "not_a_time"),
    ("closes_at", "07:00", "wrong_order"),
    ("closed_from", "soon", "not_a_date"),
    ("closed_from", "31/2/2030", "not_a_date"),
    ("closed_until", datetime(2030, 1, 1), "required"),
    ("service_en", "<script>alert(1)</script>", "not_plain_text"),
    ("service_en", "x" * 501, "too_long"),
    ("description_en", "x" * 9000, "too_long"),
    ("organization_ar", "\u202eevil", "not_plain_text"),
    ("service_id", "", "required"),
    ("service_id", "x" * 201, "too_long"),
    ("cost", "much", "not_a_number"),
    ("capacity_kind", "bed", "not_in_list"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "code"), FAULTS, ids=[f"{key}-{code}" for key, _, code in FAULTS])
def test_each_fault_names_its_cell(key: str, value: Any, code: str) -> None:
    reading = read(row(1), row(2, **{key: value}))
    assert [(one.code, one.row) for one in reading.faults] == [(code, 3)]
    assert [entry.service["id"] for entry in reading.entries] == ["SRV-1"]
    (fault,) = reading.faults
    if code in {"half_point", "wrong_order"}:  # these are about two cells; one of them is named
        named = {"latitude": "longitude"}.get(key, key)
        assert (fault.cell, fault.column) == (cell(named, 3), named)
    elif (key, code) == ("closed_until", "required"):
        assert fault.column == "closed_from"
    else:
        assert (fault.cell, fault.column) == (cell(key, 3), key)
    assert str(value) not in str(wording.said(fault.code, fault.params, "en")) or len(str(value)) < 4


def test_what_one_row_says_no_later_row_contradicts() -> None:
    reading = read(
        row(1),
        row(1, location_id="LOC-2", needs="work.job"),
        row(1),
        row(2, organization_en="Another name"),
        row(3, location_id="LOC-1", address_en="Elsewhere"),
    )
    assert found(reading) == [
        ("differs_from_row", 3, cell("needs", 3), "needs"),
        ("same_as_row", 4, cell("service_id", 4), "service_id"),
        ("differs_from_row", 5, cell("organization_en", 5), "organization_en"),
        ("differs_from_row", 6, cell("address_en", 6), "address_en"),
    ]
    assert [one.params for one in reading.faults] == [{"row": 2}] * 4


def test_a_restricted_service_has_no_address() -> None:
    reading = read(row(1, needs="protection.gbv", latitude="", longitude=""))
    assert {(one.code, one.column) for one in reading.faults} == {("place_must_not_be_shown", "address_ar")}
    assert read(row(1, needs="protection.gbv", **BARE)).faults == []


def test_columns_that_are_missing_twice_or_unknown() -> None:
    names = header()
    reading = read(row(1), head=[*names[:6], "Notes of ours", *names[7:]])
    assert found(reading) == [("column_unknown", 1, "G1", None), ("column_missing", None, None, "service_id")]
    assert reading.entries == []
    twice = read(row(1), head=[*names[:-1], names[0]])
    assert {one.code for one in twice.faults} == {"column_twice", "column_missing"}
    assert found(read(row(1), head=["a", "b", "c"])) == [("no_header", None, None, None)]
    assert found(read()) == [("no_rows", None, None, None)]


def test_too_many_rows_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ROWS", 3)
    reading = read(*(row(number) for number in range(4)))
    assert (found(reading), reading.entries) == ([("too_many_rows", None, None, None)], [])


def text_sheet(encoding: str, *rows: dict[str, Any]) -> bytes:
    lines = [header("ar"), *([str(value) for value in one.values()] for one in rows)]
    return "\r\n".join(";".join(f'"{value}"' for value in line) for line in lines).encode(encoding, "replace")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_sheet_in_unicode(encoding: str) -> None:
    reading = child.read("sheet_csv", text_sheet(encoding, row(1)))
    assert reading.faults == []
    assert reading.entries[0].service["values"]["names"]["ckb"] == "چاککردنەوەی خانوو"


def test_a_text_sheet_in_windows_1256_is_read_and_said_to_be() -> None:
    bare = {key: "" for key in row(1) if key.endswith("_ckb")}
    reading = child.read("sheet_csv", text_sheet("cp1256", row(1, **bare)))
    assert found(reading) == [("encoding_windows_1256", None, None, None)]
    assert reading.entries[0].service["values"]["names"]["ar"] == "ترميم المنازل"


@pytest.mark.parametrize("data", ["Économie;été;à côté".encode("latin-1"), "Straße;Größe;für".encode("latin-1")])
def test_other_bytes_are_refused_clearly(data: bytes) -> None:
    assert found(child.read("sheet_csv", data)) == [("encoding", None, None, None)]


def test_every_code_has_words_in_each_language() -> None:
    for code in wording.codes():
        for language in ("en", "ar", "ckb"):
            wrong, right = wording.said(code, {"list": "needs", "most": 1, "least": 0, "row": 2}, language)  # type: ignore[arg-type]
            assert right and (wrong or code in wording.OUTCOMES)
            assert "{" not in f"{wrong}{right}"


def test_a_report_repeats_nothing_of_the_file() -> None:
    reading = read(row(1, needs="secret words", place="secret place", service_en="<b>secret</b>"))
    assert len(reading.faults) == 2
    assert "secret" not in str([(one, wording.said(one.code, one.params, "en")) for one in reading.faults])
    assert isinstance(reading.faults[0], Fault)
