"""The refusals that files of requests can get, by name. What is wrong inside a file stands in its report."""

from ihala_kit.problems import Problem
from ihala_kit.untrusted.findings import Unsafe
from ihala_kit.words import Words


class FileNotFound(Problem):
    """There is no such file that the caller's organisation sent."""

    status = 404
    slug = "file-not-found"
    title = Words(en="There is no such file.", ar="لا يوجد ملف كهذا.", ckb="فایلێکی وا نییە.")


class FileKindUnknown(Problem):
    """Content-Type and content are neither an xlsx sheet's nor CSV's."""

    status = 415
    slug = "file-kind-unknown"
    title = Words(en="Send an xlsx or CSV sheet.", ar="أرسل ورقة xlsx أو CSV.", ckb="پەڕەیەکی xlsx یان CSV بنێرە.")


class FileRefused(Problem):
    """The file is not opened; `code` says why: not_a_sheet, encrypted, too_many_parts, too_large_inside, xml_entities, macros."""

    status = 422
    slug = "file-refused"
    title = Words(
        en="This file cannot be opened safely. Copy the rows into a new file.",
        ar="لا يمكن فتح هذا الملف بأمان. انسخ الصفوف إلى ملف جديد.",
        ckb="ئەم فایلە بە سەلامەتی ناکرێتەوە. ڕیزەکان بۆ فایلێکی نوێ کۆپی بکە.",
    )


def code_of(unsafe: Unsafe) -> str:
    """Return what a sender is told: to them, what is no zip or lacks its parts is just no sheet."""
    return "not_a_sheet" if unsafe.code in ("not_a_zip", "not_readable") else unsafe.code
