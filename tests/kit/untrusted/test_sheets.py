"""The rows of a sheet: below a header that is known, with the number they have in the file."""

from dataclasses import dataclass
from io import BytesIO

import pytest
from ihala_kit.untrusted import limits, sheets, texts
from ihala_kit.untrusted.findings import Fault, Unsafe
from ihala_kit.untrusted.sheets import Formula, Row, Sheet
from openpyxl import load_workbook

from tests.kit.untrusted.traps import SHEET, with_part, workbook

MOST = 5


@dataclass(frozen=True)
class Named:
    key: str


KNOWN = {name: Named(name) for name in ("name", "place", "note")}


def below(rows: list[Row], most: int = MOST) -> Sheet[Named]:
    return sheets.below_header(rows, column_of=KNOWN.get, is_header={"name", "place"}.issubset, most=most)


def of_xlsx(*rows: list[object]) -> Sheet[Named]:
    return below(sheets.of_xlsx(workbook(*rows), most=MOST))


def test_titles_and_empty_rows_are_passed_over() -> None:
    sheet = of_xlsx(["Our list"], [None], ["place", None, "name"], ["  "], ["IQG15", "?", "a"], [], ["IQG08", None, 2.0])
    assert {position: column.key for position, column in sheet.columns.items()} == {0: "place", 2: "name"}
    assert [(number, row[0], row[2]) for number, row in sheet.rows] == [(5, "IQG15", "a"), (7, "IQG08", 2)]
    assert sheet.faults == []


def test_a_formula_is_no_value() -> None:
    sheet = of_xlsx(["name", "place", "=1+1"], ["=1+1", "IQG15"])
    assert [row[:3] for _, row in sheet.rows] == [[Formula(), "IQG15", None]]
    assert sheet.faults == [Fault("column_unknown", 1, "C1")]


def test_columns_that_nobody_knows_or_that_stand_twice() -> None:
    sheet = below(sheets.of_csv("name;place;extra;place;\nx;IQG15;y;IQG08;\n", most=MOST))
    assert [(one.code, one.row, one.cell, one.column) for one in sheet.faults] == [
        ("column_unknown", 1, "C1", None), ("column_twice", 1, "D1", "place"),
    ]  # fmt: skip
    assert list(sheet.columns) == [0, 1]


@pytest.mark.parametrize(("rows", "code"), [
    ([["name", "note"], ["x", "y"]], "no_header"), ([], "no_header"), ([["name", "place"]], "no_rows"),
    ([["name", "place"], *[["x", "y"]] * (MOST + 1)], "too_many_rows"), ([["name", "place"], *[["x", "y"]] * 500], "too_many_rows"),
])  # fmt: skip
def test_why_a_sheet_is_not_read(rows: list[list[object]], code: str) -> None:
    with pytest.raises(Unsafe) as refused:
        of_xlsx(*rows)
    assert refused.value.code == code


def test_the_page_that_is_meant_or_the_first() -> None:
    book, out = load_workbook(BytesIO(workbook(["first"]))), BytesIO()
    book.create_sheet("4W").append(["named"])
    book.save(out)
    for page, said in (("4W", "named"), ("other", "first"), (None, "first")):
        assert [row[0] for _, row in sheets.of_xlsx(out.getvalue(), most=MOST, page=page)] == [said]


@pytest.mark.parametrize(("content", "code"), [
    (b"<worksheet", "not_readable"), (b"", "not_readable"), (b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>', "xml_entities"),
])  # fmt: skip
def test_broken_xml_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Unsafe, match=code):
        sheets.of_xlsx(with_part(workbook(["a"]), SHEET, content), most=MOST)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_text_in_unicode(encoding: str, separator: str) -> None:
    data = separator.join(["name", "place"]) + "\r\n" + separator.join(['"أم\n يوسف"', "IQG15"])
    assert below(sheets.of_csv(texts.decoded(data.encode(encoding)), most=MOST)).rows == [(2, ["أم\n يوسف", "IQG15"])]


def test_other_bytes_and_endless_cells_are_refused() -> None:
    with pytest.raises(Unsafe, match="encoding"):
        texts.decoded("ترميم".encode("cp1256"))
    with pytest.raises(Unsafe, match="not_readable"):
        sheets.of_csv("name,place\n" + "x" * 200_000, most=MOST)


def test_no_more_columns_than_anybody_has() -> None:
    wide = ["name", "place", *map(str, range(limits.MOST_COLUMNS))]
    for rows in (sheets.of_xlsx(workbook(wide), most=MOST), sheets.of_csv(",".join(wide), most=MOST)):
        assert len(rows[0][1]) == limits.MOST_COLUMNS


def test_addresses() -> None:
    assert (sheets.address(5, 17), sheets.address(26, 1)) == ("F17", "AA1")
