"""The refusals about rosters."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class RosterNotKept(Problem):
    """Rosters are kept by the operator's coordinators, its directorate and its administrators."""

    status = 403
    slug = "roster-not-kept-by-you"
    title = Words(
        en="Only an operator's coordinators and administrators keep its duty roster.",
        ar="لا يدير جدول المناوبة إلا منسقو الجهة المشغلة ومسؤولوها.",
        ckb="تەنها هەماهەنگکار و بەڕێوەبەرانی لایەنی بەڕێوەبەر خشتەی نۆبەت بەڕێوە دەبەن.",
    )


class ShiftNotFound(Problem):
    """There is no such shift on the caller's roster."""

    status = 404
    slug = "shift-not-found"
    title = Words(en="There is no such shift.", ar="لا توجد مناوبة كهذه.", ckb="نۆبەتێکی وەها نییە.")


class ShiftNotAllowed(Problem):
    """The shift ends before it begins or is over, is longer than 31 days, or begins too far ahead."""

    status = 422
    slug = "shift-not-allowed"
    title = Words(
        en="A shift ends after it begins, lasts 31 days at most and is not over yet.",
        ar="تنتهي المناوبة بعد بدايتها، ولا تتجاوز 31 يومًا، ولم تنتهِ بعد.",
        ckb="نۆبەت دوای دەستپێکردنی کۆتایی دێت، لە ٣١ ڕۆژ زیاتر نییە و هێشتا تەواو نەبووە.",
    )


class ProviderOfShiftUnknown(Problem):
    """A provider's duty names a provider that takes part; every other duty names none."""

    status = 422
    slug = "provider-of-shift-unknown"
    title = Words(
        en="Name the provider for a provider's duty, and only then.",
        ar="حدّد مقدم الخدمة لمناوبة مقدم الخدمة فقط.",
        ckb="تەنها بۆ نۆبەتی پێشکەشکاری خزمەتگوزاری، پێشکەشکارەکە دیاری بکە.",
    )
