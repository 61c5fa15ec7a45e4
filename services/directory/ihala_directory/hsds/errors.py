"""The refusals of the HSDS side, beside directory's own."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class PageTooDeep(Problem):
    """More than `deepest` items come before this page."""

    status = 422
    slug = "page-too-deep"
    title = Words(
        en="This page is too far down the list. Narrow the question, or take the whole list with format=ndjson.",
        ar="هذه الصفحة بعيدة جدًا في القائمة. ضيّق البحث أو خذ القائمة كاملة باستخدام format=ndjson.",
        ckb="ئەم لاپەڕەیە زۆر دوورە لە لیستەکەدا. گەڕانەکە تەسک بکەرەوە یان هەموو لیستەکە بە format=ndjson وەربگرە.",
    )


class PointMissing(Problem):
    """`proximity`, `lat` and `lon` come together: postcodes are not used here, so they give no point."""

    status = 422
    slug = "point-missing"
    title = Words(
        en="Send proximity together with lat and lon. Postcodes are not used here.",
        ar="أرسل proximity مع lat وlon. لا تُستخدم الرموز البريدية هنا.",
        ckb="proximity لەگەڵ lat و lon بنێرە. لێرە کۆدی پۆستە بەکارناهێنرێت.",
    )


class EntryNotFound(Problem):
    """Also for an entry that the caller may not know of."""

    status = 404
    slug = "entry-not-found"
    title = Words(en="There is no such entry.", ar="لا يوجد قيد كهذا.", ckb="تۆمارێکی وا نییە.")
