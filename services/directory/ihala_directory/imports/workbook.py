"""An xlsx of one sheet that is written while it is read: its rows go straight into the zip, and wait nowhere."""

import html
import zipfile
from collections.abc import Iterable, Sequence

from ihala_kit.untrusted.cells import CellValue
from openpyxl.utils import get_column_letter

from ihala_directory.imports.sheet import SHEET
from ihala_directory.imports.sink import Sink

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">
<sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}">
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment wrapText="1"/></xf></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>""",
}


class Workbook:
    """One workbook on its way out. Use it as a context: whoever stops in the middle leaves nothing open."""

    def __init__(self, header: Sequence[str], *, right_to_left: bool) -> None:
        self._sink = Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        for name, content in _PARTS.items():
            self._zip.writestr(name, _HEAD + content)
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._letters = [get_column_letter(number) for number in range(1, len(header) + 1)]
        self._number = 0
        self._sheet.write(_beginning(len(header), right_to_left=right_to_left))
        self._row(header, style=1)

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def add(self, rows: Iterable[Sequence[CellValue]]) -> bytes:
        """Write rows; return what of the file is ready to be sent."""
        for row in rows:
            self._row(row)
        return self._sink.taken()

    def rest(self) -> bytes:
        """Return the rest of the file."""
        self._sheet.write(b"</sheetData></worksheet>")
        self._close()
        return self._sink.taken()

    def _close(self) -> None:
        self._sheet.close()
        self._zip.close()

    def _row(self, row: Sequence[CellValue], style: int = 0) -> None:
        self._number += 1
        cells = "".join(
            _cell(f"{letter}{self._number}", value, style) for letter, value in zip(self._letters, row, strict=True) if value is not None
        )
        self._sheet.write(f'<row r="{self._number}">{cells}</row>'.encode())


def _beginning(columns: int, *, right_to_left: bool) -> bytes:
    """Return what stands before the rows: the header stays in sight."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetView workbookViewId="0" rightToLeft="{int(right_to_left)}">{pane}</sheetView>'
    widths = f'<cols><col min="1" max="{columns}" width="22" customWidth="1"/></cols>'
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews>{view}</sheetViews>{widths}<sheetData>'.encode()


def _cell(address: str, value: CellValue, style: int) -> str:
    """Return a cell. A text is written as one, so that no program takes it for a formula."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<c r="{address}" s="{style}"><v>{value!r}</v></c>'
    text = html.escape(str(value), quote=False)
    return f'<c r="{address}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
