"""The refusals about messages by hand, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class NeedNotFound(Problem):
    """There is no such need, or it is another operator's."""

    status = 404
    slug = "need-not-found"
    title = Words(en="There is no such need.", ar="لا توجد حاجة كهذه.", ckb="پێویستییەکی لەو شێوەیە نییە.")


class NotByHand(Problem):
    """There is no such template, or it is sent by events alone."""

    status = 422
    slug = "template-not-by-hand"
    title = Words(
        en="There is no such template that you can send yourself.",
        ar="لا يوجد قالب كهذا يمكنك إرساله بنفسك.",
        ckb="قاڵبێکی لەو شێوەیە نییە کە خۆت بتوانیت بینێریت.",
    )


class ValuesRefused(Problem):
    """A value that the template needs is missing, or one is not as it must be; `errors` says which."""

    status = 422
    slug = "values-refused"
    title = Words(
        en="A value that this message needs is missing, or cannot be used.",
        ar="قيمة تحتاجها هذه الرسالة ناقصة أو لا يمكن استخدامها.",
        ckb="بەهایەک کە ئەم نامەیە پێویستیەتی کەمە یان بەکارنایەت.",
    )


class NeedHasEnded(Problem):
    """The need was closed, or its consent withdrawn: nothing more is said of it."""

    status = 409
    slug = "need-has-ended"
    title = Words(
        en="Nothing more is said of this need: it was closed or withdrawn.",
        ar="لا يُقال شيء آخر عن هذه الحاجة: أُغلقت أو سُحبت.",
        ckb="چیتر هیچ دەربارەی ئەم پێویستییە ناگوترێت: داخراوە یان کشێنراوەتەوە.",
    )


class NeedIsRestricted(Problem):
    """The need is restricted, and its person did not ask for messages: one can endanger her."""

    status = 409
    slug = "need-is-restricted"
    title = Words(
        en="Nobody is sent messages about this need. Speak with the person as agreed.",
        ar="لا تُرسل رسائل بشأن هذه الحاجة. تحدث مع الشخص كما اتُفق.",
        ckb="دەربارەی ئەم پێویستییە نامە نانێردرێت. وەک ڕێککەوتوون قسە لەگەڵ کەسەکە بکە.",
    )
