"""The refusals of joining, leaving, proposing and looking back, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ApplicationNotFound(Problem):
    """Also for one that is neither the caller's own nor its operator's to review."""

    status = 404
    slug = "application-not-found"
    title = Words(en="There is no such application.", ar="لا يوجد طلب انضمام كهذا.", ckb="داواکارییەکی بەشداریی وا نییە.")


class AlreadyApplied(Problem):
    """There is an application of this organisation that was not refused, or it takes part already."""

    status = 409
    slug = "already-applied"
    title = Words(
        en="This organisation has already applied, or takes part.",
        ar="قدّمت هذه المنظمة طلبًا من قبل أو هي مشاركة أصلًا.",
        ckb="ئەم ڕێکخراوە پێشتر داواکاریی پێشکەش کردووە یان بەشدارە.",
    )


class ApplicationNotOpen(Problem):
    """It was approved or refused: nothing can be done to it any more."""

    status = 409
    slug = "application-not-open"
    title = Words(
        en="This application has been decided.", ar="تم البت في هذا الطلب.", ckb="لەسەر ئەم داواکارییە بڕیار دراوە."
    )  # fmt: skip


class ApplicationReturnedToSender(Problem):
    """The operator has asked for more: only a new version of the application can be reviewed."""

    status = 409
    slug = "application-returned"
    title = Words(
        en="This application was returned and has not been sent again.",
        ar="أُعيد هذا الطلب ولم يُرسل من جديد.",
        ckb="ئەم داواکارییە گەڕێنراوەتەوە و دووبارە نەنێردراوەتەوە.",
    )


class ApplicationIncomplete(Problem):
    """`missing` names what organisations of this kind must have before they take part."""

    status = 409
    slug = "application-incomplete"
    title = Words(
        en="Something is missing before this organisation can take part.",
        ar="ينقص شيء قبل أن تتمكن هذه المنظمة من المشاركة.",
        ckb="شتێک کەمە پێش ئەوەی ئەم ڕێکخراوە بتوانێت بەشدار بێت.",
    )


class ChecksMissing(Problem):
    """An employer joins by an application, in which its checks are recorded; later a check is recorded with the organisation.

    `missing` names, of an organisation that takes part, what must be looked at again, and passed, first: `registration`, `no_fee`, ….
    """

    status = 409
    slug = "checks-missing"
    title = Words(
        en="An employer takes part, and changes its registration, only after it was checked.",
        ar="لا يشارك صاحب العمل ولا يغيّر تسجيله إلا بعد فحصه.",
        ckb="خاوەنکار تەنها دوای پشکنین بەشدار دەبێت و تۆمارکردنەکەی دەگۆڕێت.",
    )


class UnknownOperator(Problem):
    """The organisation that is to review it is no operator."""

    status = 422
    slug = "unknown-operator"
    title = Words(en="This is no operator.", ar="هذه ليست جهة مشغّلة.", ckb="ئەمە لایەنی بەڕێوەبەر نییە.")


class OrganizationHasLeft(Problem):
    """It takes part no more, for good."""

    status = 409
    slug = "organization-has-left"
    title = Words(
        en="This organisation has left.", ar="غادرت هذه المنظمة.", ckb="ئەم ڕێکخراوە ڕۆیشتووە."
    )  # fmt: skip


class ProposalNotFound(Problem):
    """Also for one that is neither the caller's own nor its operator's to decide."""

    status = 404
    slug = "proposal-not-found"
    title = Words(en="There is no such proposal.", ar="لا يوجد اقتراح كهذا.", ckb="پێشنیازێکی وا نییە.")


class ProposalOpen(Problem):
    """An entry has one open proposal at a time: withdraw it first."""

    status = 409
    slug = "proposal-open"
    title = Words(
        en="There is an open proposal for this entry.", ar="يوجد اقتراح مفتوح لهذا القيد.", ckb="پێشنیازێکی کراوە بۆ ئەم تۆمارە هەیە."
    )


class ProposalNotOpen(Problem):
    """It was approved, returned or withdrawn."""

    status = 409
    slug = "proposal-not-open"
    title = Words(en="This proposal has been decided.", ar="تم البت في هذا الاقتراح.", ckb="لەسەر ئەم پێشنیازە بڕیار دراوە.")


class ProposalStale(Problem):
    """The entry was changed since: `base_version` is what it was written for, `current_version` what there is now."""

    status = 409
    slug = "proposal-stale"
    title = Words(
        en="The entry was changed since this was proposed.",
        ar="تغيّر القيد منذ تقديم هذا الاقتراح.",
        ckb="تۆمارەکە گۆڕاوە لەو کاتەوەی ئەمە پێشنیاز کراوە.",
    )


class UnknownReference(Problem):
    """`pointer` says which id: it names nothing of this organisation."""

    status = 422
    slug = "unknown-reference"
    title = Words(
        en="This id names nothing of this entry.",
        ar="لا يشير هذا المعرّف إلى شيء في هذا القيد.",
        ckb="ئەم ناسێنەرە هیچ شتێکی ئەم تۆمارە نییە.",
    )


class VersionNotFound(Problem):
    """It was never published, or may not be seen."""

    status = 404
    slug = "version-not-found"
    title = Words(en="There is no such version.", ar="لا توجد نسخة كهذه.", ckb="وەشانێکی وا نییە.")
