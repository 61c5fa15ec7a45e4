"""The refusals about help that was given."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class AssistanceNotFound(Problem):
    """There is no such help that the caller gave, or owns as the operator."""

    status = 404
    slug = "assistance-not-found"
    title = Words(en="There is no such assistance.", ar="لا توجد مساعدة كهذه.", ckb="یارمەتییەکی وا نییە.")


class InstalmentNotFound(Problem):
    """The help has no such instalment."""

    status = 404
    slug = "instalment-not-found"
    title = Words(en="There is no such instalment.", ar="لا توجد دفعة كهذه.", ckb="قیستێکی وا نییە.")


class AssistanceOver(Problem):
    """It was given or cancelled already."""

    status = 409
    slug = "assistance-over"
    title = Words(
        en="This was already given or cancelled.", ar="سبق تسليم هذا أو إلغاؤه.", ckb="ئەمە پێشتر دراوە یان هەڵوەشێنراوەتەوە."
    )  # fmt: skip


class UnknownCurrency(Problem):
    """The code is no currency of ISO 4217, or the amount has smaller parts than the currency."""

    status = 422
    slug = "unknown-currency"
    title = Words(
        en="This is no amount in a currency that is in use.",
        ar="هذا ليس مبلغًا بعملة متداولة.",
        ckb="ئەمە بڕێک نییە بە دراوێکی بەکارهاتوو.",
    )


class InstalmentsDoNotAddUp(Problem):
    """The instalments are not the whole amount."""

    status = 422
    slug = "instalments-do-not-add-up"
    title = Words(
        en="The instalments do not add up to the amount.",
        ar="مجموع الدفعات لا يساوي المبلغ.",
        ckb="کۆی قیستەکان یەکسان نییە بە بڕەکە.",
    )


class OwnCaseNeeded(Problem):
    """What is restricted has a case of its own, outside the file of a person or household."""

    status = 422
    slug = "own-case-needed"
    title = Words(
        en="This belongs into a case of its own.",
        ar="هذا يحتاج إلى ملف مستقل.",
        ckb="ئەمە پێویستی بە فایلێکی سەربەخۆیە.",
    )


class DuplicateNotFound(Problem):
    """There is no such possible duplicate of the caller's."""

    status = 404
    slug = "duplicate-not-found"
    title = Words(en="There is no such possible duplicate.", ar="لا يوجد تكرار محتمل كهذا.", ckb="دووبارەبوونێکی وا نییە.")


class DuplicateDecided(Problem):
    """Somebody decided this already."""

    status = 409
    slug = "duplicate-decided"
    title = Words(en="This was already decided.", ar="سبق البتّ في هذا.", ckb="پێشتر بڕیاری لەسەر دراوە.")
