"""A clean copy of a file: pictures are drawn anew, pages copied into a new document; nothing else of it goes along.

Gone with what is not copied: place and time of a photo, author and history of a document, scripts, embedded files, forms' actions.
Runs in `child.py` alone: it is the only code that reads what strangers made.
"""

import re
from io import BytesIO

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from ihala_intake.casework.files import limits
from ihala_intake.casework.files.kinds import Rejection

_ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/GoToR", b"/SubmitForm", b"/ImportData")
_OF_A_PAGE = ("/AA", "/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/StructParents", "/B")
_APP1, _APP15, _COMMENT, _SCAN, _ADOBE, _END = 0xE1, 0xEF, 0xFE, 0xDA, 0xEE, 0xD9
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # the next marker: what is stuffed, and restarts, belong to the scan


class Rejected(Exception):
    """No clean copy can be made."""

    def __init__(self, reason: Rejection) -> None:
        super().__init__(reason)
        self.reason: Rejection = reason


def cleaned(media_type: str, content: bytes) -> bytes:
    """Return a copy that holds what is seen and nothing else. Raises Rejected."""
    return _pdf(content) if media_type == "application/pdf" else _picture(media_type.removeprefix("image/").upper(), content)


def _picture(kind: str, content: bytes) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=[kind]) as opened:
            if opened.width * opened.height > limits.MOST_PIXELS or getattr(opened, "n_frames", 1) > 1:
                raise Rejected("too_large_inside")
            opened.load()
            drawn = ImageOps.exif_transpose(opened)  # as it was held: the note that says so is not copied
            drawn = drawn.convert("RGB" if kind == "JPEG" or ("A" not in drawn.getbands() and "transparency" not in drawn.info) else "RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Rejected("unreadable") from None
    drawn.thumbnail((limits.LONGEST_SIDE, limits.LONGEST_SIDE))
    anew, out = Image.frombytes(drawn.mode, drawn.size, drawn.tobytes()), BytesIO()
    anew.save(out, kind, **({"quality": 88} if kind == "JPEG" else {}))
    return out.getvalue()


def _pdf(content: bytes) -> bytes:
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise Rejected("encrypted")
        if not 0 < len(reader.pages) <= limits.MOST_PAGES:
            raise Rejected("too_large_inside")
        writer, out = PdfWriter(), BytesIO()
        for page in reader.pages:
            _undress(writer.add_page(page))
        for thing in writer._objects:
            _strip_photo(thing)
        writer.metadata = None
        writer.write(out)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        raise Rejected("unreadable") from None
    if any(sign in out.getvalue() for sign in _ACTIVE):
        raise Rejected("active_content")
    return out.getvalue()


def _undress(page: DictionaryObject) -> None:
    """Take from a page what is not seen, and every annotation but what was filled into a form."""
    for name in _OF_A_PAGE:
        page.pop(NameObject(name), None)
    kept = ArrayObject()
    for one in page.get("/Annots", ArrayObject()):
        annotation = one.get_object()
        if isinstance(annotation, DictionaryObject) and annotation.get("/Subtype") == "/Widget":
            for name in ("/A", "/AA", "/Parent"):
                annotation.pop(NameObject(name), None)
            kept.append(one)
    page[NameObject("/Annots")] = kept


def _strip_photo(thing: object) -> None:
    """Take out of a photo on a page what its camera wrote about place and time."""
    if isinstance(thing, DictionaryObject):
        for name in ("/Metadata", "/PieceInfo"):
            thing.pop(NameObject(name), None)
    if isinstance(thing, StreamObject) and thing.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        thing._data = without_notes(thing._data)


def without_notes(jpeg: bytes) -> bytes:
    """Return a JPEG up to its end, without application and comment segments but for colours; unchanged when it is not one."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    out, at = bytearray(jpeg[:2]), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _END:
        marker, after = jpeg[at + 1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == _SCAN:
            after = next((one.start() for one in _AFTER_SCAN.finditer(jpeg, after)), len(jpeg))
        if marker == _ADOBE or not (_APP1 <= marker <= _APP15 or marker == _COMMENT):
            out += jpeg[at:after]
        at = after
    return bytes(out) + (jpeg[at : at + 2] if jpeg[at : at + 2] == b"\xff\xd9" else jpeg[at:])
