"""The refusals about cases, appointments and hand-overs."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class CaseNotFound(Problem):
    """There is no such case of the caller's."""

    status = 404
    slug = "case-not-found"
    title = Words(en="There is no such case.", ar="لا يوجد ملف كهذا.", ckb="فایلێکی وا نییە.")


class CaseIsClosed(Problem):
    """The case was closed: open it again first."""

    status = 409
    slug = "case-closed"
    title = Words(
        en="This case is closed. Open it again first.",
        ar="هذا الملف مغلق. أعد فتحه أولًا.",
        ckb="ئەم فایلە داخراوە. سەرەتا دووبارە بیکەرەوە.",
    )


class CaseIsOpen(Problem):
    """The case is open already."""

    status = 409
    slug = "case-open"
    title = Words(en="This case is open.", ar="هذا الملف مفتوح.", ckb="ئەم فایلە کراوەیە.")


class CaseUnfinished(Problem):
    """Something in the case is still under way: `needs` says how many of its needs, `hand_over` whether it is offered to another."""

    status = 409
    slug = "case-unfinished"
    title = Words(
        en="Something in this case is still under way.",
        ar="لا يزال في هذا الملف ما هو قيد المعالجة.",
        ckb="هێشتا شتێک لەم فایلەدا لە جێبەجێکردندایە.",
    )


class ClosingNotProposed(Problem):
    """Nobody proposed to close the case."""

    status = 409
    slug = "closing-not-proposed"
    title = Words(
        en="Nobody has proposed to close this case.",
        ar="لم يقترح أحد إغلاق هذا الملف.",
        ckb="کەس پێشنیاری داخستنی ئەم فایلەی نەکردووە.",
    )


class HandOverNotFound(Problem):
    """There is no such hand-over from or to the caller."""

    status = 404
    slug = "hand-over-not-found"
    title = Words(
        en="There is no such hand-over.", ar="لا توجد عملية تسليم كهذه.", ckb="ڕادەستکردنێکی وا نییە."
    )  # fmt: skip


class HandOverEnded(Problem):
    """The offer was answered, taken back, or has lapsed."""

    status = 409
    slug = "hand-over-ended"
    title = Words(
        en="This offer to hand the case over has ended.",
        ar="انتهى هذا العرض بتسليم الملف.",
        ckb="ئەم پێشنیارەی ڕادەستکردنی فایلەکە کۆتایی هاتووە.",
    )


class OtherOperatorUnknown(Problem):
    """The case may only go to an operator that is active, another one, and cleared where the case is restricted."""

    status = 422
    slug = "other-operator-unknown"
    title = Words(
        en="The case cannot be handed over to this organisation.",
        ar="لا يمكن تسليم الملف إلى هذه الجهة.",
        ckb="ناتوانرێت فایلەکە ڕادەستی ئەم ڕێکخراوە بکرێت.",
    )


class AppointmentNotFound(Problem):
    """There is no such appointment of the caller's."""

    status = 404
    slug = "appointment-not-found"
    title = Words(en="There is no such appointment.", ar="لا يوجد موعد كهذا.", ckb="ژوانێکی وا نییە.")


class AppointmentOver(Problem):
    """What became of the appointment is written down already."""

    status = 409
    slug = "appointment-over"
    title = Words(
        en="What became of this appointment is already recorded.",
        ar="سُجّلت نتيجة هذا الموعد من قبل.",
        ckb="ئەنجامی ئەم ژوانە پێشتر تۆمار کراوە.",
    )


class AppointmentNotYet(Problem):
    """It has not begun, so nobody can have kept or missed it."""

    status = 409
    slug = "appointment-not-yet"
    title = Words(
        en="This appointment has not begun yet.",
        ar="لم يحن هذا الموعد بعد.",
        ckb="کاتی ئەم ژوانە هێشتا نەهاتووە.",
    )


class OfficerNotFree(Problem):
    """The officer has another appointment at that time."""

    status = 409
    slug = "officer-not-free"
    title = Words(
        en="The officer has another appointment at that time.",
        ar="لدى الموظف موعد آخر في ذلك الوقت.",
        ckb="فەرمانبەرەکە لەو کاتەدا ژوانێکی تری هەیە.",
    )
