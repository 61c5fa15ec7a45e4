"""What a file is by its first bytes, whatever its sender calls it. Pure.

Only three kinds are taken. That the rest of the file keeps the word of its beginning shows when the clean copy is made: Pillow and
pypdf read it whole, and what they cannot read is never given out.
"""

from typing import Literal, get_args

MediaType = Literal["image/jpeg", "image/png", "application/pdf"]
Rejection = Literal["unreadable", "encrypted", "active_content", "too_large_inside"]

_BEGINNINGS: tuple[tuple[bytes, MediaType], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
EXTENSIONS: dict[MediaType, str] = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
assert set(EXTENSIONS) == set(get_args(MediaType))


def kind_of(beginning: bytes) -> MediaType | None:
    """Return what a file is, by its first bytes; None when it is nothing that is taken."""
    return next((kind for sign, kind in _BEGINNINGS if beginning.startswith(sign)), None)
