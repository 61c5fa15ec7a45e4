"""The refusals of the ways in, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ArrivalNotFound(Problem):
    """There is no such arrival that the caller's desk may complete."""

    status = 404
    slug = "arrival-not-found"
    title = Words(en="There is no such arrival.", ar="لا يوجد وصول كهذا.", ckb="گەیشتنێکی وا نییە.")


class CallBackNotFound(Problem):
    """Nobody asked to be called under this id, as far as the caller's desk may know."""

    status = 404
    slug = "call-back-not-found"
    title = Words(en="There is no such request to be called.", ar="لا يوجد طلب اتصال كهذا.", ckb="داواکارییەکی پەیوەندیکردنی وا نییە.")


class WaitsNoMore(Problem):
    """A desk made a request of it already, closed it, or its time was over; what was said is destroyed."""

    status = 409
    slug = "waits-no-more"
    title = Words(
        en="This was completed or closed already.",
        ar="سبق إكمال هذا أو إغلاقه.",
        ckb="ئەمە پێشتر تەواو کراوە یان داخراوە.",
    )


class NoDeskThere(Problem):
    """No operator takes requests from this governorate through the public page."""

    status = 422
    slug = "no-desk-there"
    title = Words(
        en="There is no office for this place here yet.",
        ar="لا يوجد مكتب لهذا المكان هنا بعد.",
        ckb="هێشتا لێرە نووسینگەیەک بۆ ئەم شوێنە نییە.",
    )


class TooManyAsk(Problem):
    """More people of the governorate ask at once than its desks could call. Whose phone it is plays no part."""

    status = 429
    slug = "too-many-ask"
    title = Words(
        en="Many people are writing now. Please try again in a minute, or come to an office.",
        ar="يكتب كثيرون الآن. يرجى المحاولة بعد دقيقة أو زيارة أحد المكاتب.",
        ckb="ئێستا خەڵکێکی زۆر دەنووسن. تکایە دوای خولەکێک هەوڵ بدەرەوە یان سەردانی نووسینگەیەک بکە.",
    )


class OccasionNotFound(Problem):
    """There is no such occasion that the caller held, or owns as the operator."""

    status = 404
    slug = "occasion-not-found"
    title = Words(en="There is no such occasion.", ar="لا توجد فعالية كهذه.", ckb="بۆنەیەکی وا نییە.")


class ConcernNotFound(Problem):
    """There is no such concern of this occasion that the caller may know of."""

    status = 404
    slug = "concern-not-found"
    title = Words(en="There is no such concern.", ar="لا توجد ملاحظة كهذه.", ckb="نیگەرانییەکی وا نییە.")


class ForumsNameNobody(Problem):
    """Concerns are filed by community forums, and people sign up at the other occasions: a forum takes no personal data."""

    status = 409
    slug = "forums-name-nobody"
    title = Words(
        en="A community forum files concerns and takes nobody's data; people sign up at open days and information sessions.",
        ar="يسجّل المنتدى المجتمعي الملاحظات ولا يأخذ بيانات أحد؛ ويُسجَّل الأشخاص في الأيام المفتوحة وجلسات التوعية.",
        ckb="کۆڕی کۆمەڵگە نیگەرانی تۆمار دەکات و داتای کەس وەرناگرێت؛ خەڵک لە ڕۆژی کراوە و دانیشتنی زانیاریدا ناونووس دەکەن.",
    )
