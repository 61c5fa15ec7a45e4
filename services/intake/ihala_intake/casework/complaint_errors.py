"""The refusals about complaints."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ComplaintNotFound(Problem):
    """There is no such complaint that the caller may know of."""

    status = 404
    slug = "complaint-not-found"
    title = Words(en="There is no such complaint.", ar="لا توجد شكوى كهذه.", ckb="سکاڵایەکی وا نییە.")


class ComplaintOver(Problem):
    """It was answered or closed."""

    status = 409
    slug = "complaint-over"
    title = Words(
        en="This complaint was already answered or closed.",
        ar="سبق الرد على هذه الشكوى أو إغلاقها.",
        ckb="ئەم سکاڵایە پێشتر وەڵام دراوەتەوە یان داخراوە.",
    )


class UnknownTopic(Problem):
    """The topic is not in the list, or is not of this kind."""

    status = 422
    slug = "unknown-complaint-topic"
    title = Words(en="This topic is not in the list.", ar="هذا الموضوع غير موجود في القائمة.", ckb="ئەم بابەتە لە لیستەکەدا نییە.")


class HandlerIsConcerned(Problem):
    """Whoever works on the case that a complaint is about does not handle it."""

    status = 409
    slug = "handler-is-concerned"
    title = Words(
        en="This complaint is about this officer's own work: somebody else must handle it.",
        ar="تتعلق هذه الشكوى بعمل هذا الموظف نفسه: يجب أن يتولاها شخص آخر.",
        ckb="ئەم سکاڵایە سەبارەت بە کاری هەمان فەرمانبەرە: دەبێت کەسێکی تر سەرپەرشتیی بکات.",
    )
