"""The refusals that are about one-time links."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class LinkNotAllowed(Problem):
    """There can be no link for this referral now.

    `why`: restricted, not_an_open_offer, receiver_suspended, deadline_passed, issued_meanwhile.
    """

    status = 409
    slug = "link-not-allowed"
    title = Words(
        en="No link can be given for this referral.",
        ar="لا يمكن إصدار رابط لهذه الإحالة.",
        ckb="بۆ ئەم ڕەوانەکردنە ناتوانرێت بەستەر بدرێت.",
    )


class LinkNotFound(Problem):
    """There is no such link, or the caller may not know of it."""

    status = 404
    slug = "link-not-found"
    title = Words(en="There is no such link.", ar="لا يوجد رابط كهذا.", ckb="بەستەرێکی وەها نییە.")
