"""The refusals this service can give, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ReferralNotFound(Problem):
    """There is no such referral, or the caller may not know of it."""

    status = 404
    slug = "referral-not-found"
    title = Words(en="There is no such referral.", ar="لا توجد إحالة كهذه.", ckb="ڕەوانەکردنێکی وەها نییە.")


class PlacementNotFound(Problem):
    """There is no such placement, or the caller may not know of it."""

    status = 404
    slug = "placement-not-found"
    title = Words(en="There is no such placement.", ar="لا يوجد طلب إيجاد مكان كهذا.", ckb="داواکارییەکی شوێندۆزینەوەی وەها نییە.")


class MoveNotAllowed(Problem):
    """The move is not open to the caller now; `moves` lists those that are."""

    status = 409
    slug = "move-not-allowed"
    title = Words(
        en="This cannot be done now. `moves` lists what can be.",
        ar="لا يمكن القيام بذلك الآن. تجد في `moves` ما هو ممكن.",
        ckb="ئێستا ئەمە ناکرێت. لە `moves` ئەوانە هەن کە دەکرێن.",
    )


class ReasonUnknown(Problem):
    """The code is not one that this caller may give for this act; `known` lists those."""

    status = 422
    slug = "reason-unknown"
    title = Words(
        en="Give one of the reasons that are listed in `known`.",
        ar="اختر أحد الأسباب المذكورة في `known`.",
        ckb="یەکێک لەو هۆکارانە هەڵبژێرە کە لە `known` هاتوون.",
    )


class CommentMissing(Problem):
    """This reason needs a comment."""

    status = 422
    slug = "comment-missing"
    title = Words(en="This reason needs a comment.", ar="يحتاج هذا السبب إلى تعليق.", ckb="ئەم هۆکارە پێویستی بە لێدوانێکە.")


class WordsMissing(Problem):
    """A question or an answer has words, but for a restricted referral, where they are spoken."""

    status = 422
    slug = "words-missing"
    title = Words(en="Write what you want to say.", ar="اكتب ما تريد قوله.", ckb="ئەوەی دەتەوێت بیڵێیت بینووسە.")


class ConsentNotGiven(Problem):
    """The person did not agree that the need be passed on, or the consent has ended."""

    status = 409
    slug = "consent-not-given"
    title = Words(
        en="Ask the person first: there is no consent that holds.",
        ar="اسأل الشخص أولًا: لا توجد موافقة سارية.",
        ckb="سەرەتا لە کەسەکە بپرسە: ڕەزامەندییەکی کارا نییە.",
    )


class ConsentNotAskedAnew(Problem):
    """For a restricted need the person is asked anew for each receiver: a new revision of the consent must name this one."""

    status = 409
    slug = "consent-not-asked-anew"
    title = Words(
        en="Ask the person anew first: the last consent was for the receiver before.",
        ar="اسأل الشخص من جديد أولًا: كانت الموافقة الأخيرة للجهة السابقة.",
        ckb="سەرەتا دووبارە لە کەسەکە بپرسە: دوایین ڕەزامەندی بۆ وەرگری پێشوو بوو.",
    )


class CriterionMissing(Problem):
    """This reason must name the rule that fails."""

    status = 422
    slug = "criterion-missing"
    title = Words(
        en="Name the rule that is not met.",
        ar="حدّد الشرط غير المستوفى.",
        ckb="ئەو مەرجە دیاری بکە کە نەهاتووەتە دی.",
    )


class QuestionNotAsked(Problem):
    """Incomplete information is a reason only after a question."""

    status = 409
    slug = "question-not-asked"
    title = Words(
        en="Ask first: missing information is a reason only after a question.",
        ar="اسأل أولًا: نقص المعلومات سبب مقبول بعد طرح سؤال فقط.",
        ckb="سەرەتا پرسیار بکە: کەمیی زانیاری تەنها دوای پرسیارێک دەبێتە هۆکار.",
    )


class TriesMissing(Problem):
    """Unreachable needs tries on different days: three, or one for a restricted need."""

    status = 409
    slug = "tries-missing"
    title = Words(
        en="Record tries on enough different days first.",
        ar="سجّل أولًا محاولات في أيام مختلفة كافية.",
        ckb="سەرەتا هەوڵەکان لە چەند ڕۆژێکی جیاوازدا تۆمار بکە.",
    )


class AgreementMissing(Problem):
    """A person waits only by agreement."""

    status = 409
    slug = "agreement-missing"
    title = Words(
        en="The person must agree to wait.",
        ar="يجب أن يوافق الشخص على الانتظار.",
        ckb="پێویستە کەسەکە ڕازی بێت بە چاوەڕوانی.",
    )


class DateNotAllowed(Problem):
    """The date lies in the past, or too far ahead; `latest` says how far it may."""

    status = 422
    slug = "date-not-allowed"
    title = Words(
        en="This date is too early or too late.",
        ar="هذا التاريخ مبكر جدًا أو متأخر جدًا.",
        ckb="ئەم بەروارە زۆر زووە یان زۆر درەنگە.",
    )


class RouteMissing(Problem):
    """Who is told that another office is competent must be told which."""

    status = 422
    slug = "route-missing"
    title = Words(
        en="Say which office is the right one.",
        ar="حدّد الجهة المختصة.",
        ckb="دیاری بکە کام نووسینگە تایبەتە.",
    )


class OutcomeNotAsked(Problem):
    """What came of another need belongs to that need's own referral; of each thing there is one outcome."""

    status = 422
    slug = "outcome-not-asked"
    title = Words(
        en="This was not asked for in this referral, or it is named twice.",
        ar="هذا لم يُطلب في هذه الإحالة، أو ذُكر مرتين.",
        ckb="ئەمە لەم ڕەوانەکردنەدا داوا نەکراوە، یان دوو جار ناوی هاتووە.",
    )


class NeedCodeUnknown(Problem):
    """There is no need of this code."""

    status = 422
    slug = "unknown-need-code"
    title = Words(
        en="There is no need with this code.",
        ar="لا توجد حاجة بهذا الرمز.",
        ckb="پێداویستییەک بەم کۆدە نییە.",
    )


class NeedCodeRestricted(Problem):
    """A restricted need is registered at intake as a need of its own, and its code is not named here."""

    status = 409
    slug = "need-code-restricted"
    title = Words(
        en="Register this as a need of its own; its kind is not named here.",
        ar="سجّل هذا كحاجة مستقلة؛ لا يُذكر نوعها هنا.",
        ckb="ئەمە وەک پێداویستییەکی سەربەخۆ تۆمار بکە؛ جۆرەکەی لێرە ناوی ناهێنرێت.",
    )


class PreferredReservationMissing(Problem):
    """A restricted need is placed only at a place that a cleared coordinator picked and reserved."""

    status = 409
    slug = "preferred-reservation-missing"
    title = Words(
        en="Pick and reserve the place first: this need is never placed by itself.",
        ar="اختر المكان واحجزه أولًا: لا تُحال هذه الحاجة تلقائيًا أبدًا.",
        ckb="سەرەتا شوێنەکە هەڵبژێرە و بیگرە: ئەم پێداویستییە هەرگیز خۆکارانە ڕەوانە ناکرێت.",
    )


class OfferChanged(Problem):
    """The offer was corrected since the caller read it: `changed` says what, `version` what to accept it as once it was read again."""

    status = 409
    slug = "offer-changed"
    title = Words(
        en="This offer was corrected since you read it. Read what changed, then accept it as it is now.",
        ar="صُحّح هذا العرض بعد أن قرأته. اطّلع على ما تغيّر، ثم اقبله بصيغته الحالية.",
        ckb="ئەم پێشنیازە لەوەتەی خوێندووتەتەوە ڕاست کراوەتەوە. بزانە چی گۆڕاوە، پاشان وەک ئێستای قبووڵی بکە.",
    )
