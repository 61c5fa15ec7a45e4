"""A clean copy shows what the file showed, and holds nothing else."""

import pytest
from ihala_intake.casework.files import apart, limits
from ihala_intake.casework.files.cleaning import Rejected, cleaned, without_notes
from ihala_intake.casework.files.kinds import kind_of
from ihala_kit.untrusted import limits as process_limits

from tests.intake.files import AUTHOR, CAMERA, HIDDEN, document, opened, photo, read

PRIVATE = (AUTHOR.encode(), CAMERA.encode(), HIDDEN, b"Exif", b"GPS", AUTHOR.encode("utf-16-be"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (photo(), "image/jpeg"), (photo(kind="PNG"), "image/png"), (document(), "application/pdf"), (b"MZ\x90", None), (b"", None),
        (b"GIF89a", None), (b"<html>", None), (b"<svg xmlns=", None), (b"PK\x03\x04", None), (b" %PDF-1.7", None), (b"\x89PNG", None),
    ],
)  # fmt: skip
def test_what_a_file_is_stands_in_its_first_bytes(content: bytes, kind: str | None) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_keeps_its_picture_and_loses_its_place(kind: str) -> None:
    before = photo(kind=kind)
    assert AUTHOR.encode() in before
    after = cleaned(f"image/{kind.lower()}", before)
    assert [one for one in PRIVATE if one in after] == []
    picture = opened(after)
    assert (picture.format, dict(picture.getexif())) == (kind, {})
    red, _, blue = picture.convert("RGB").getpixel((5, 5) if kind == "PNG" else (24, 5))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_a_photo_held_on_its_side_stands_upright() -> None:
    assert opened(photo()).size == (64, 48)
    assert opened(cleaned("image/jpeg", photo())).size == (48, 64)


def test_a_document_keeps_its_pages_and_loses_its_author_scripts_and_files() -> None:
    before = document(3, script=True)
    assert all(one in before for one in (AUTHOR.encode(), b"/JavaScript", b"/OpenAction", CAMERA.encode()))
    after = cleaned("application/pdf", before)
    assert [one for one in (*PRIVATE, b"/JavaScript", b"/OpenAction", b"/AA", b"app.alert") if one in after] == []
    copy = read(after)
    assert (len(copy.pages), copy.metadata, copy.xmp_metadata) == (3, None, None)
    [image] = copy.pages[0]["/Resources"]["/XObject"].values()  # type: ignore[index]
    assert opened(image.get_object()._data).size == (64, 48)


@pytest.mark.parametrize(
    ("media_type", "content", "reason"),
    [
        ("image/jpeg", photo()[:200], "unreadable"),
        ("image/jpeg", b"\xff\xd8\xff" + b"MZ" * 500, "unreadable"),
        ("image/jpeg", photo(kind="PNG"), "unreadable"),
        ("image/png", photo(), "unreadable"),
        ("application/pdf", b"%PDF-1.7\n" + b"MZ" * 500, "unreadable"),
        ("application/pdf", b"%PDF-1.7\n<script>alert(1)</script>", "unreadable"),
        ("application/pdf", document(secret="x"), "encrypted"),
        ("application/pdf", document(inside=True), "active_content"),
        ("application/pdf", document(limits.MOST_PAGES + 1), "too_large_inside"),
    ],
)
def test_what_cannot_be_copied_is_rejected(media_type: str, content: bytes, reason: str) -> None:
    with pytest.raises(Rejected) as rejected:
        cleaned(media_type, content)
    assert rejected.value.reason == reason


def test_a_picture_that_unfolds_to_more_than_it_may_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_PIXELS", 1000)
    with pytest.raises(Rejected):
        cleaned("image/png", photo(kind="PNG"))


def test_notes_of_a_photo_in_a_document() -> None:
    jpeg = photo().removesuffix(HIDDEN)
    assert [one for one in PRIVATE if one in without_notes(jpeg)] == []
    assert opened(without_notes(jpeg)).tobytes() == opened(jpeg).tobytes()
    for odd in (b"", b"\xff\xd8", b"\xff\xd8\xff", b"MZ", b"\xff\xd8\xff\xe1\x00"):
        assert without_notes(odd) == odd


async def test_a_process_of_its_own_answers_the_same() -> None:
    assert await apart.clean_copy("image/jpeg", photo()) == cleaned("image/jpeg", photo())
    assert await apart.clean_copy("application/pdf", document(inside=True)) == "active_content"
    assert await apart.clean_copy("image/png", b"\x89PNG\r\n\x1a\n" + b"x" * 99) == "unreadable"


async def test_a_file_that_takes_too_long_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_limits, "CHILD_SECONDS", 0.001)
    assert await apart.clean_copy("image/jpeg", photo()) == "unreadable"
