"""Why statistics are not given, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class TooManyDays(Problem):
    """Statistics are asked for more days than at once, or for an end before the beginning; `most` says how many there may be."""

    status = 422
    slug = "too-many-days"
    title = Words(
        en="Ask for fewer days at once, the first of them first.",
        ar="اطلب عددًا أقل من الأيام في المرة الواحدة، على أن يسبق تاريخ البداية تاريخ النهاية.",
        ckb="بۆ هەر جارێک داوای ڕۆژی کەمتر بکە، ڕۆژی دەستپێک پێش ڕۆژی کۆتایی بێت.",
    )
