"""Files as people send them, made here: photos with a place in them, documents with an author, and those that lie."""

from io import BytesIO
from random import Random

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

AUTHOR, CAMERA, LATITUDE = "Hassan Al-Jubouri", "Phone of Zaynab", 36.374
HIDDEN = b"hidden behind the end"


def photo(size: tuple[int, int] = (64, 48), kind: str = "JPEG", *, quality: int = 80) -> bytes:
    """Return a picture, red at the left and blue at the right, with who took it and where, held on its side, and a tail."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    out = BytesIO()
    if kind == "PNG":
        notes = PngInfo()
        notes.add_text("Author", AUTHOR)
        picture.save(out, "PNG", pnginfo=notes)
        return out.getvalue() + HIDDEN
    exif = Image.Exif()
    exif[Base.Artist], exif[Base.Model], exif[Base.Orientation] = AUTHOR, CAMERA, 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (36.0, 22.0, 26.4)
    picture.save(out, "JPEG", exif=exif, comment=AUTHOR.encode(), quality=quality)
    return out.getvalue() + HIDDEN


def noise(side: int) -> bytes:
    """Return a large picture that does not shrink."""
    picture = Image.frombytes("RGB", (side, side), Random(7).randbytes(side * side * 3))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def document(pages: int = 2, *, script: bool = False, secret: str | None = None, inside: bool = False) -> bytes:
    """Return a PDF with an author, a page's own script if wanted, a photo with its place, and a form field that was filled in."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": AUTHOR})
    page = writer.pages[0]
    image = DecodedStreamObject()
    image.set_data(photo())
    image.update({
        NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image"), NameObject("/Width"): NumberObject(64),
        NameObject("/Height"): NumberObject(48), NameObject("/Filter"): NameObject("/DCTDecode"),
        NameObject("/ColorSpace"): NameObject("/DeviceRGB"), NameObject("/BitsPerComponent"): NumberObject(8),
    })  # fmt: skip
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Im0"): writer._add_object(image)})}
    )
    action = DictionaryObject({
        NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)"),
    })  # fmt: skip
    if script:
        writer._root_object[NameObject("/OpenAction")] = action
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    if inside:
        writer.add_attachment("evil.exe", b"MZ")
        deep = DecodedStreamObject()
        deep.set_data(b"")
        deep[NameObject("/Run")] = action
        page["/Resources"][NameObject("/Properties")] = DictionaryObject({NameObject("/X"): writer._add_object(deep)})  # type: ignore[index]
    if secret:
        writer.encrypt(secret)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))
