"""Refusals of statistics."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class TooManyQuarters(Problem):
    """The time asked for is longer than may be read at once, or ends before it begins."""

    status = 422
    slug = "too-many-quarters"
    title = Words(
        en="Ask for one to `most` quarters at a time.",
        ar="اطلب من ربع سنة واحد إلى `most` أرباع في المرة الواحدة.",
        ckb="لە یەک جاردا داوای یەک تا `most` چارەک بکە.",
    )


class TooManyFigures(Problem):
    """More figures than may be read at once."""

    status = 422
    slug = "too-many-figures"
    title = Words(
        en="These are more than `most` figures. Ask for fewer quarters, governorates or measures.",
        ar="هذه أكثر من `most` رقم. اطلب أرباعاً أو محافظات أو مقاييس أقل.",
        ckb="ئەمانە لە `most` ژمارە زیاترن. داوای چارەک یان پارێزگا یان پێوەری کەمتر بکە.",
    )
