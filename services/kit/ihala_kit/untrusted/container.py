"""A zip is looked at before anything reads it: how much it really holds, and that nothing in its XML can grow.

What a zip says of itself is not believed: every part is inflated and counted, and reading ends where the count is over.
"""

import zipfile
import zlib
from io import BytesIO

from ihala_kit.untrusted import limits
from ihala_kit.untrusted.findings import Unsafe

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 64 * 1024
_ROWS_IN = ("xl/worksheets/", "xl/sharedstrings.xml")
_PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_GROWS = (b"<!DOCTYPE", b"<!ENTITY")
_NOT_UTF8 = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00", b"+/v")


def check(data: bytes, *, sheet: bool) -> None:
    """Look at a zip, or at an xlsx when `sheet`. Raises Unsafe.

    Codes: not_a_zip, encrypted, too_many_parts, too_large_inside, xml_entities, macros.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check(archive, len(data), sheet=sheet)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError):
        # zipfile raises any of these for what is cut short, forged, or packed in a way that it does not know
        raise Unsafe("not_a_zip") from None


def _check(archive: zipfile.ZipFile, size: int, *, sheet: bool) -> None:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > limits.MOST_PARTS or len(set(names)) != len(names):
        raise Unsafe("too_many_parts")
    if any("vbaproject" in name for name in names):
        raise Unsafe("macros")
    if sheet and "xl/workbook.xml" not in names:
        raise Unsafe("not_a_zip")
    inflated = 0
    for part, name in zip(parts, names, strict=True):
        if part.flag_bits & 0x1 or part.compress_type not in _PLAIN:
            raise Unsafe("encrypted")
        side = sheet and not name.startswith(_ROWS_IN)
        inflated += _inflated(archive, part, inflated, size, side=side)


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo, before: int, size: int, *, side: bool) -> int:
    """Inflate one part, piece by piece; return its size. Raises Unsafe."""
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    seen, tail = 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            seen += len(piece)
            total = before + seen
            if total > limits.MOST_INFLATED_BYTES or (side and seen > limits.MOST_SIDE_BYTES):
                raise Unsafe("too_large_inside")
            if total > limits.RATIO_FROM_BYTES and total > size * limits.LARGEST_RATIO:
                raise Unsafe("too_large_inside")
            if is_xml:
                if not tail and piece.startswith(_NOT_UTF8):
                    raise Unsafe("xml_entities")
                if any(word in tail + piece for word in _GROWS):
                    raise Unsafe("xml_entities")
                tail = piece[-16:]
    return seen
