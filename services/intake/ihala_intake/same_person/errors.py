"""Refusals about pairs and merges, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class CandidateNotFound(Problem):
    """There is no such pair that the caller may know of."""

    status = 404
    slug = "candidate-not-found"
    title = Words(en="There is no such pair.", ar="لا يوجد زوج كهذا.", ckb="جووتێکی وا نییە.")


class CandidateDecided(Problem):
    """Somebody decided before whether the two are one person."""

    status = 409
    slug = "candidate-decided"
    title = Words(
        en="It was already decided whether these two are one person.",
        ar="سبق البتّ فيما إذا كان هذان الشخصان شخصًا واحدًا.",
        ckb="پێشتر بڕیار دراوە کە ئایا ئەم دووانە یەک کەسن.",
    )


class MergeNotFound(Problem):
    """There is no such merge that the caller may know of."""

    status = 404
    slug = "merge-not-found"
    title = Words(en="There is no such merge.", ar="لا توجد عملية دمج كهذه.", ckb="یەکخستنێکی وا نییە.")


class AlreadyMerged(Problem):
    """One of the two was merged before, perhaps a moment ago: read again, then decide about the one who was kept."""

    status = 409
    slug = "already-merged"
    title = Words(
        en="One of these persons was already merged. Read again, then decide.",
        ar="سبق دمج أحد هذين الشخصين. اقرأ من جديد ثم قرّر.",
        ckb="یەکێک لەم کەسانە پێشتر یەکخراوە. دووبارە بیخوێنەرەوە، پاشان بڕیار بدە.",
    )


class MergeUndone(Problem):
    """It was taken back before."""

    status = 409
    slug = "merge-undone"
    title = Words(en="This merge was already undone.", ar="سبق التراجع عن هذا الدمج.", ckb="ئەم یەکخستنە پێشتر هەڵوەشێنراوەتەوە.")


class MergeNotPossible(Problem):
    """A centre keeps the identity of one of the two, so nobody here can tell who it is."""

    status = 409
    slug = "merge-not-possible"
    title = Words(
        en="A centre keeps the identity of one of these persons. Ask its focal point.",
        ar="هوية أحد هذين الشخصين محفوظة لدى المركز. اسأل جهة الاتصال لديه.",
        ckb="ناسنامەی یەکێک لەم کەسانە لای سەنتەرە. لە کەسی پەیوەندییەکەی بپرسە.",
    )
