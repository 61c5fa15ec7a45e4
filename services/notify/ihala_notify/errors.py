"""The refusals that notify can give, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class MessageNotFound(Problem):
    """There is no such message, or it is another operator's."""

    status = 404
    slug = "message-not-found"
    title = Words(en="There is no such message.", ar="لا توجد رسالة كهذه.", ckb="نامەیەکی لەو شێوەیە نییە.")


class CursorTooOld(Problem):
    """What follows the cursor is no longer kept: 30 days have passed; or the feed began anew and has not come so far."""

    status = 410
    slug = "cursor-too-old"
    title = Words(
        en="Events after this cursor are no longer kept. List what is open, then follow from `latest`.",
        ar="لم تعد الأحداث التي تلي هذا المؤشر محفوظة. اعرض القوائم الحالية ثم تابع بدءًا من `latest`.",
        ckb="ڕووداوەکانی دوای ئەم نیشاندەرە چیتر پارێزراو نین. لیستە کراوەکان ببینە، پاشان لە `latest`ەوە بەدواداچوون بکە.",
    )
