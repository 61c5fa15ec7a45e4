"""Files as partners send them, made in the test."""

from io import BytesIO
from typing import Any

from ihala_directory.imports.columns import columns
from openpyxl import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BARE = dict.fromkeys(("address_ar", "address_ckb", "address_en", "latitude", "longitude"), "")  # as of a place that must not be known


def row(number: int = 1, **more: Any) -> dict[str, Any]:
    """A good row: every column as its example, with ids of its own; `more` replaces some."""
    ids = {"service_id": f"SRV-{number}", "location_id": f"LOC-{number}", "service_en": f"House repair {number}"}
    return {key: column.example for key, column in columns().items()} | ids | more


def header(language: str = "en") -> list[str]:
    return [getattr(column.header, language) for column in columns().values()]


def xlsx(*rows: dict[str, Any], language: str = "en", head: list[Any] | None = None) -> bytes:
    """A workbook with these rows under a header."""
    book = Workbook()
    page = book.active
    page.title = "4W"
    page.append(head or header(language))
    for one in rows:
        page.append([one.get(key) for key in columns()])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def cell(key: str, number: int) -> str:
    """The address of a column's cell in a row of the sheet."""
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(list(columns()).index(key) + 1)}{number}"
