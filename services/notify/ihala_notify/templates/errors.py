"""The refusals about templates, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class TemplateNotFound(Problem):
    """There is no such template, or the caller is no operator's staff."""

    status = 404
    slug = "template-not-found"
    title = Words(en="There is no such template.", ar="لا يوجد قالب كهذا.", ckb="قاڵبێکی لەو شێوەیە نییە.")


class TemplateRefused(Problem):
    """The texts may not be sent to people as they are; `errors` says where and why, never with what."""

    status = 422
    slug = "template-refused"
    title = Words(
        en="These texts cannot be sent to people as they are. What has to change stands with each of them.",
        ar="لا يمكن إرسال هذه النصوص إلى الناس كما هي. ما يجب تغييره مذكور عند كل نص.",
        ckb="ئەم دەقانە بەم شێوەیە بۆ خەڵک نانێردرێن. ئەوەی پێویستە بگۆڕدرێت لای هەر یەکێکیان نووسراوە.",
    )


class FactsRefused(Problem):
    """A fact that the text needs is missing, is none of its kind, or makes it far too long; `errors` says which."""

    status = 422
    slug = "facts-refused"
    title = Words(
        en="A fact that this text needs is missing, or cannot be one.",
        ar="معلومة يحتاجها هذا النص ناقصة أو غير صالحة.",
        ckb="زانیارییەک کە ئەم دەقە پێویستیەتی کەمە یان دروست نییە.",
    )
