"""The refusals of worklists."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class SideNotYours(Problem):
    """The caller's organisation is not on that side, or the client has none of its scopes; `roles` lists those that it may assign on."""

    status = 409
    slug = "side-not-yours"
    title = Words(
        en="Your organisation does not work on this in that role. `roles` lists those it has.",
        ar="لا تعمل مؤسستك على هذا بهذه الصفة. تجد في `roles` الصفات المتاحة.",
        ckb="دامەزراوەکەت بەم ڕۆڵە کار لەسەر ئەمە ناکات. لە `roles` ئەو ڕۆڵانە هەن کە هەیەتی.",
    )


class AssignedOtherwise(Problem):
    """Somebody else has it; `officer` says who."""

    status = 409
    slug = "assigned-otherwise"
    title = Words(
        en="Somebody else has this now. `officer` says who.",
        ar="هذا الآن لدى شخص آخر. تجد في `officer` من هو.",
        ckb="ئێستا ئەمە لای کەسێکی ترە. لە `officer` نووسراوە کێیە.",
    )


class AlreadyEnded(Problem):
    """It has ended: nobody works on it any more."""

    status = 409
    slug = "already-ended"
    title = Words(en="This has ended.", ar="لقد انتهى هذا.", ckb="ئەمە کۆتایی هاتووە.")


class HandOverNotFound(Problem):
    """There is no such hand-over in the caller's organisation."""

    status = 404
    slug = "hand-over-not-found"
    title = Words(en="There is no such hand-over.", ar="لا توجد عملية تسليم كهذه.", ckb="ڕادەستکردنێکی وەها نییە.")


class HandOverToSame(Problem):
    """The work would stay where it is."""

    status = 422
    slug = "hand-over-to-same"
    title = Words(en="Name another officer.", ar="حدّد موظفًا آخر.", ckb="فەرمانبەرێکی تر دیاری بکە.")


class WorkItemNotFound(Problem):
    """There is no such work item, or the caller may not know of it."""

    status = 404
    slug = "work-item-not-found"
    title = Words(en="There is no such work item.", ar="لا توجد مهمة كهذه.", ckb="ئەرکێکی وەها نییە.")


class ClosesByItself(Problem):
    """The item closes when what it is about has moved on: it is not closed by hand."""

    status = 409
    slug = "closes-by-itself"
    title = Words(
        en="This closes by itself when what it is about has moved on.",
        ar="تُغلق هذه المهمة تلقائيًا عندما يتغيّر ما تتعلق به.",
        ckb="ئەم ئەرکە خۆی دادەخرێت کاتێک ئەوەی پەیوەندی پێوەیە دەگۆڕێت.",
    )


class OutcomeUnknown(Problem):
    """The code is not one of those in `known`."""

    status = 422
    slug = "outcome-unknown"
    title = Words(
        en="Give one of the outcomes that are listed in `known`.",
        ar="اختر إحدى النتائج المذكورة في `known`.",
        ckb="یەکێک لەو ئەنجامانە هەڵبژێرە کە لە `known` هاتوون.",
    )
