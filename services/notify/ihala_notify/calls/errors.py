"""Why something about a call is refused, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class CallNotFound(Problem):
    """There is no such call, it is another operator's, or it is about a restricted need and the caller is not cleared."""

    status = 404
    slug = "call-not-found"
    title = Words(en="There is no such call.", ar="لا توجد مكالمة كهذه.", ckb="پەیوەندییەکی لەو شێوەیە نییە.")


class CallMoveNotAllowed(Problem):
    """The call was taken by somebody else, was not taken at all, or has ended; `state` says which."""

    status = 409
    slug = "call-move-not-allowed"
    title = Words(
        en="This call is somebody else's, was not taken yet, or has ended.",
        ar="هذه المكالمة يتولاها شخص آخر، أو لم يتولّها أحد بعد، أو انتهت.",
        ckb="ئەم پەیوەندییە لەلای کەسێکی ترە، یان هێشتا وەرنەگیراوە، یان کۆتایی هاتووە.",
    )


class CallResultNotAllowed(Problem):
    """This cannot have come of it: who has a phone is called, who has none is handed a slip; `reason` says which."""

    status = 409
    slug = "call-result-not-allowed"
    title = Words(
        en="This cannot be the result here: a slip is handed over only to a person without a phone.",
        ar="لا يمكن أن تكون هذه هي النتيجة هنا: لا تُسلَّم القسيمة إلا لمن لا هاتف لديه.",
        ckb="ئەمە ناتوانێت ئەنجام بێت لێرەدا: پسوولە تەنها دەدرێتە ئەو کەسەی تەلەفۆنی نییە.",
    )


class CallNotPrintable(Problem):
    """There is nothing to print: the person is called (`why`: not_a_slip), it has ended (ended), or the office's phone is not known yet
    (phone_unknown)."""

    status = 409
    slug = "call-not-printable"
    title = Words(
        en="There is nothing to print here.",
        ar="لا يوجد ما يُطبع هنا.",
        ckb="لێرە هیچ نییە چاپ بکرێت.",
    )
