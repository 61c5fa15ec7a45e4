"""Workbooks that are not what they seem, made in the test, each with the code by which it is refused."""

import struct
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from ihala_kit.untrusted import limits
from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"
_ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
_EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>'


def workbook(*rows: Sequence[Any], page: str = "Sheet") -> bytes:
    """A workbook with one page of these rows."""
    book, out = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = page
    for row in rows:
        sheet.append(list(row))
    book.save(out)
    return out.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The same zip with one part put in its place."""
    with ZipFile(BytesIO(data)) as before:
        kept = {part: before.read(part) for part in before.namelist() if part != name}
    return zipped(kept | {name: content})


def _lying(data: bytes) -> bytes:
    """The same zip, each part of which says that it is empty, here and in the directory at its end."""
    out = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = out.find(mark)
        while at >= 0:
            out[at + offset : at + offset + 4] = struct.pack("<I", 1)
            at = out.find(mark, at + 4)
    return bytes(out)


def _encrypted(data: bytes) -> bytes:
    out = bytearray(data)
    out[out.find(b"PK\x01\x02") + 8] |= 1
    return bytes(out)


def _traps() -> dict[str, tuple[bytes, str]]:
    good, zeros = workbook(["a", "b"], [1, 2]), bytes(limits.MOST_INFLATED_BYTES + 1)
    many = {f"part{number}": b"" for number in range(limits.MOST_PARTS)} | {"xl/workbook.xml": b"<x/>"}
    return {
        "bomb": (with_part(good, SHEET, zeros), "too_large_inside"),
        "ratio": (with_part(good, SHEET, b" " * (limits.RATIO_FROM_BYTES * 4)), "too_large_inside"),
        "styles": (with_part(good, "xl/styles.xml", b"<xf/>" * (limits.MOST_SIDE_BYTES // 4)), "too_large_inside"),
        "lying": (_lying(with_part(good, SHEET, zeros)), "not_a_zip"),
        "parts": (zipped(many), "too_many_parts"),
        "twice": (zipped({"xl/workbook.xml": b"<x/>", "XL/Workbook.xml": b"<y/>"}), "too_many_parts"),
        "entities": (with_part(good, SHEET, _ENTITIES), "xml_entities"),
        "external": (with_part(good, "xl/sharedStrings.xml", _EXTERNAL), "xml_entities"),
        "utf16": (with_part(good, SHEET, _ENTITIES.decode().encode("utf-16")), "xml_entities"),
        "late": (with_part(good, SHEET, b"<x>" + b"ab" * (32 * 1024 - 15) + _EXTERNAL), "xml_entities"),  # over the edge of a piece
        "macros": (with_part(good, "xl/vbaProject.bin", b"x"), "macros"),
        "encrypted": (_encrypted(good), "encrypted"),
        "cut": (good[: len(good) // 2], "not_a_zip"),
        "text": (b"not a zip at all", "not_a_zip"),
    }


TRAPS = _traps()
NO_SHEET = zipped({"other.xml": b"<x/>"})  # a trap only where a sheet is wanted
