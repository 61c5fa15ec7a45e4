"""Why a message is not sent again, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class MessageNotFailed(Problem):
    """Only what failed for good is sent again by hand; `state` is the message's."""

    status = 409
    slug = "message-not-failed"
    title = Words(
        en="This message has not failed: it waits, is on its way, arrived, or was cancelled.",
        ar="لم تفشل هذه الرسالة: فهي تنتظر أو في الطريق أو وصلت أو أُلغيت.",
        ckb="ئەم نامەیە شکستی نەهێناوە: چاوەڕێیە، لە ڕێگادایە، گەیشتووە یان هەڵوەشێنراوەتەوە.",
    )


class MessageOvertaken(Problem):
    """What the message says is no longer so, or was told: its need or referral has ended, or was withdrawn, its need is another operator's
    now, something later was told, or it was said in a call."""

    status = 409
    slug = "message-overtaken"
    title = Words(
        en="What this message says was overtaken by events; it is not sent any more.",
        ar="تجاوزت الأحداث مضمون هذه الرسالة، فلا تُرسل بعد الآن.",
        ckb="ڕووداوەکان پێش ناوەڕۆکی ئەم نامەیە کەوتوون، چیتر نانێردرێت.",
    )
