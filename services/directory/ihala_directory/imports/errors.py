"""The refusals that imports can give, by name. What is wrong inside a file stands in its report."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ImportNotFound(Problem):
    """Also for another operator's, and for one of a cleared officer's to who is not cleared."""

    status = 404
    slug = "import-not-found"
    title = Words(en="There is no such import.", ar="لا توجد عملية استيراد كهذه.", ckb="هێنانێکی وا نییە.")


class FileKindUnknown(Problem):
    """Content-Type and content are those of none of the kinds of files that can be imported."""

    status = 415
    slug = "file-kind-unknown"
    title = Words(
        en="Send an xlsx or CSV sheet, HSDS as JSON, or an HSDS data package as zip.",
        ar="أرسل ورقة xlsx أو CSV، أو HSDS بصيغة JSON، أو حزمة بيانات HSDS بصيغة zip.",
        ckb="پەڕەیەکی xlsx یان CSV، یان HSDS وەک JSON، یان پاکێجی HSDS وەک zip بنێرە.",
    )


class FileRefused(Problem):
    """The file is not opened: `code` is one of a report's codes (not_a_zip, too_large_inside, …)."""

    status = 422
    slug = "file-refused"
    title = Words(
        en="This file cannot be opened safely. Copy the rows into a new file.",
        ar="لا يمكن فتح هذا الملف بأمان. انسخ الصفوف إلى ملف جديد.",
        ckb="ئەم فایلە بە سەلامەتی ناکرێتەوە. ڕیزەکان بۆ فایلێکی نوێ کۆپی بکە.",
    )


class ExportsBusy(Problem):
    """As many exports as this process makes at once are being read already."""

    status = 503
    slug = "exports-busy"
    title = Words(
        en="Other exports are being read. Try again shortly.",
        ar="هناك عمليات تصدير أخرى قيد القراءة. حاول بعد قليل.",
        ckb="هەناردەی تر دەخوێنرێتەوە. دوای کەمێک هەوڵ بدەرەوە.",
    )
