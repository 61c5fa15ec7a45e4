"""Draws one sheet, in a process of its own: whatever it costs, the service waits and nothing else. JSON comes in, the PDF goes out.

Typst keeps fonts and what it laid out for the whole process; with the process all of it is gone, a printed name too.
"""

import json
import os
import sys
from importlib.resources import as_file, files
from typing import Any, Literal

import segno
from ihala_kit.untrusted import child

_PLACE = files("ihala_notify") / "data" / "letters"


def drawn(sheet: dict[str, Any], form: Literal["pdf", "png"] = "pdf") -> bytes:
    """Return the sheet as PDF/UA-1, or its first page as a picture. What stands on it is data to Typst, never markup."""
    import typst  # it counts its threads when it is loaded

    square = segno.make_qr(sheet["address"], error="m").svg_inline(border=2, scale=4) if sheet["address"] else ""
    told = {"data": json.dumps(sheet | {"qr": square}, ensure_ascii=False)}
    with as_file(_PLACE) as place:
        made: Any = typst.compile(
            place / "sheet.typ", root=place, font_paths=[place], ignore_system_fonts=True, format=form,
            sys_inputs=told, ppi=110, pdf_standards=["ua-1"] if form == "pdf" else [],
        )  # fmt: skip
    return bytes(made)


def main() -> None:
    """Read a sheet, write its PDF."""
    child.confine()
    os.environ["RAYON_NUM_THREADS"] = "1"  # one sheet needs no more, and each thread takes address space
    sys.stdout.buffer.write(drawn(json.load(sys.stdin.buffer)))


if __name__ == "__main__":
    main()
