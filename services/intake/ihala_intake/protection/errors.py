"""What protection refuses, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class PersonNotFound(Problem):
    """There is no such person that the caller may know of."""

    status = 404
    slug = "person-not-found"
    title = Words(en="There is no such person.", ar="لا يوجد شخص كهذا.", ckb="کەسێکی وا نییە.")


class BreakGlassNotFound(Problem):
    """There is no such opening that concerns the caller."""

    status = 404
    slug = "break-glass-not-found"
    title = Words(en="There is no such emergency access.", ar="لا يوجد وصول طارئ كهذا.", ckb="دەستگەیشتنێکی فریاگوزاریی وا نییە.")


class CaseNotFound(Problem):
    """There is no such case."""

    status = 404
    slug = "case-not-found"
    title = Words(en="There is no such case.", ar="لا توجد قضية كهذه.", ckb="دۆسیەیەکی وا نییە.")


class BreakGlassEnded(Problem):
    """The three hours are over, or somebody ended them."""

    status = 409
    slug = "break-glass-ended"
    title = Words(en="This emergency access has ended.", ar="انتهى هذا الوصول الطارئ.", ckb="ئەم دەستگەیشتنە فریاگوزارییە کۆتایی هاتووە.")


class BreakGlassOpenAlready(Problem):
    """The caller has this file open in this way already."""

    status = 409
    slug = "break-glass-open-already"
    title = Words(
        en="You have this file open already.", ar="هذا الملف مفتوح لديك بالفعل.", ckb="ئەم دۆسیەیە پێشتر بۆت کراوەتەوە."
    )  # fmt: skip


class SecondPersonNeeded(Problem):
    """What one person asked for, another decides; one of them is the data-protection officer."""

    status = 403
    slug = "second-person-needed"
    title = Words(
        en="Another person must decide this, and one of the two must be the data-protection officer.",
        ar="يجب أن يقرر شخص آخر هذا الأمر، وأن يكون أحدهما مسؤول حماية البيانات.",
        ckb="پێویستە کەسێکی تر بڕیار لەسەر ئەمە بدات، و یەکێک لەو دووانە بەرپرسی پاراستنی داتا بێت.",
    )


class ErasureNotFound(Problem):
    """Nobody asked that this person's data be erased."""

    status = 404
    slug = "erasure-not-found"
    title = Words(
        en="Nobody asked to erase this person's data.",
        ar="لم يطلب أحد محو بيانات هذا الشخص.",
        ckb="کەس داوای سڕینەوەی زانیاریی ئەم کەسەی نەکردووە.",
    )


class ErasureUnderWay(Problem):
    """It was asked for before, and is decided or waits for the second person."""

    status = 409
    slug = "erasure-under-way"
    title = Words(
        en="This was asked for already.", ar="سبق طلب ذلك.", ckb="پێشتر داوای ئەمە کراوە."
    )  # fmt: skip


class ErasureDecided(Problem):
    """It was decided before."""

    status = 409
    slug = "erasure-decided"
    title = Words(en="This was decided already.", ar="سبق البت في ذلك.", ckb="پێشتر بڕیار لەسەر ئەمە دراوە.")


class OnSiteOnly(Problem):
    """What is restricted is read on site, in private, with a cleared officer who says that it is so (`on_site=true`)."""

    status = 403
    slug = "on-site-only"
    title = Words(
        en="This is shown to the person on site and in private only.",
        ar="يُعرض هذا على الشخص في المكتب وعلى انفراد فقط.",
        ckb="ئەمە تەنها لە شوێنی نووسینگە و بە تەنیایی پیشانی کەسەکە دەدرێت.",
    )
