"""The refusals of consents and disclosures."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class AcknowledgementNotAsked(Problem):
    """The disclosure is still open, or the receiver was not asked whether it deleted."""

    status = 409
    slug = "acknowledgement-not-asked"
    title = Words(
        en="Deletion is not asked for here: access has not ended, or its period simply ran out.",
        ar="لا يُطلب تأكيد الحذف هنا: لم ينتهِ الوصول بعد، أو انتهت مدته فحسب.",
        ckb="لێرە دڵنیاکردنەوەی سڕینەوە داوا ناکرێت: هێشتا دەستگەیشتن کۆتایی نەهاتووە، یان تەنها ماوەکەی تەواو بووە.",
    )


class AlreadyDeleted(Problem):
    """The receiver said that it deleted everything; it cannot keep it now."""

    status = 409
    slug = "already-deleted"
    title = Words(
        en="Deletion was already confirmed here.",
        ar="سبق تأكيد الحذف هنا.",
        ckb="پێشتر سڕینەوە لێرە دڵنیا کراوەتەوە.",
    )


class GuardianNeeded(Problem):
    """A minor's consent that is in force would be left without a guardian's word or the child's assent."""

    status = 422
    slug = "guardian-needed"
    title = Words(
        en="For a person under 18 both the child's assent and a safe guardian's word are needed; else a best-interests decision.",
        ar="لمن هم دون الثامنة عشرة تلزم موافقة الطفل وكلمة وليّ آمن معًا، وإلا فقرار وفق مصلحة الطفل الفضلى.",
        ckb="بۆ کەسێک کە تەمەنی لە ١٨ ساڵ کەمترە ڕەزامەندیی منداڵەکە و قسەی سەرپەرشتیارێکی ئاسوودە پێویستن، "
        "ئەگەرنا بڕیارێک بۆ باشترین بەرژەوەندیی منداڵەکە.",
    )


class DecisionNotFound(Problem):
    """There is no such decision that the caller may know of."""

    status = 404
    slug = "decision-not-found"
    title = Words(en="There is no such decision.", ar="لا يوجد قرار كهذا.", ckb="بڕیارێکی وا نییە.")


class NothingToDecide(Problem):
    """The consent is in force, so there is nothing to be decided instead of the person; or it was decided already."""

    status = 409
    slug = "nothing-to-decide"
    title = Words(
        en="There is nothing to decide here: the person's own word holds, or the decision was taken already.",
        ar="لا يوجد ما يُقرَّر هنا: كلمة الشخص نفسه سارية، أو سبق اتخاذ القرار.",
        ckb="لێرە هیچ شتێک نییە بڕیاری لەسەر بدرێت: قسەی کەسەکە خۆی کاریگەرە، یان پێشتر بڕیار دراوە.",
    )


class RefusalStands(Problem):
    """An adult said no, and no basis overrides that here."""

    status = 409
    slug = "refusal-stands"
    title = Words(
        en="The person's refusal stands. Nobody decides instead of an adult here.",
        ar="رفض الشخص قائم. لا أحد يقرر هنا بدلًا من شخص بالغ.",
        ckb="ڕەتکردنەوەی کەسەکە وەک خۆیەتی. لێرە کەس لەجیاتی کەسێکی پێگەیشتوو بڕیار نادات.",
    )


class SecondPersonNeeded(Problem):
    """Who proposed a decision does not confirm it: another person does, who may see what it is about."""

    status = 403
    slug = "second-person-needed"
    title = Words(
        en="A second person has to confirm this.",
        ar="يجب أن يؤكد ذلك شخص ثانٍ.",
        ckb="دەبێت کەسێکی دووەم ئەمە دڵنیا بکاتەوە.",
    )


class ReceiptOnlyWhenAsked(Problem):
    """A paper about something restricted endangers who carries it: it is printed only when the person asked for it."""

    status = 409
    slug = "receipt-only-when-asked"
    title = Words(
        en="Print this only if the person asked for it; say so with asked=true.",
        ar="لا تطبع هذا إلا إذا طلبه الشخص؛ بيّن ذلك بالمعامل asked=true.",
        ckb="ئەمە تەنها ئەگەر کەسەکە داوای کرد چاپ بکە؛ بە asked=true ئەوە دیاری بکە.",
    )


class ConsentDoesNotCover(Problem):
    """The person agreed to something, but not that this need be passed on: ask, or leave the need out."""

    status = 422
    slug = "consent-does-not-cover"
    title = Words(
        en="The person's consent does not cover this need. Ask the person, or leave the need out.",
        ar="موافقة الشخص لا تشمل هذا الاحتياج. اسأل الشخص أو احذف الاحتياج.",
        ckb="ڕەزامەندیی کەسەکە ئەم پێداویستییە ناگرێتەوە. لە کەسەکە بپرسە یان پێداویستییەکە لاببە.",
    )
