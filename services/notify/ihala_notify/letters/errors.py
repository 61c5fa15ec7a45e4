"""The refusals that are about letters."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class LetterNeedNotFound(Problem):
    """There is no such need, or the caller gives no letter about it: another operator's, or restricted and the caller is not cleared."""

    status = 404
    slug = "letter-need-not-found"
    title = Words(
        en="There is no such need for which you could give a letter.",
        ar="لا يوجد احتياج كهذا يمكنكم إصدار رسالة بشأنه.",
        ckb="پێداویستییەکی وەها نییە کە بتوانن نامەی بۆ بدەن.",
    )


class LetterNotFound(Problem):
    """There is no such letter, or the caller may not know of it. A restricted one is as unknown to who is not cleared as a false one."""

    status = 404
    slug = "letter-not-found"
    title = Words(
        en="There is no such letter that you may see. Whoever holds it may speak with the coordinator, without saying why.",
        ar="لا توجد رسالة كهذه يمكنكم الاطلاع عليها. يمكن لحاملها التحدث إلى المنسق دون ذكر السبب.",
        ckb="نامەیەکی وەها نییە کە بتوانن بیبینن. هەڵگرەکەی دەتوانێت بێ باسکردنی هۆکار لەگەڵ ڕێکخەر قسە بکات.",
    )


class LetterNotAllowed(Problem):
    """There can be no such letter.

    `why`: need_ended, restricted (no support letter), not_asked_for, not_accepted (nobody took the case).
    """

    status = 409
    slug = "letter-not-allowed"
    title = Words(
        en="Such a letter cannot be given for this need now.",
        ar="لا يمكن إصدار رسالة كهذه لهذا الاحتياج الآن.",
        ckb="ئێستا ناتوانرێت نامەیەکی وەها بۆ ئەم پێداویستییە بدرێت.",
    )


class LetterMoveNotAllowed(Problem):
    """The letter is not in a state for this; `state` says in which one it is."""

    status = 409
    slug = "letter-move-not-allowed"
    title = Words(
        en="This cannot be done with the letter any more.",
        ar="لم يعد ذلك ممكنًا لهذه الرسالة.",
        ckb="ئەمە چیتر بۆ ئەم نامەیە ناکرێت.",
    )


class LetterTakesNoName(Problem):
    """Of what is restricted nothing is printed that says who carries it."""

    status = 409
    slug = "letter-takes-no-name"
    title = Words(
        en="No name is printed on this slip.",
        ar="لا يُطبع أي اسم على هذه القسيمة.",
        ckb="هیچ ناوێک لەسەر ئەم پسوولەیە چاپ ناکرێت.",
    )
