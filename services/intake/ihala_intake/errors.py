"""The refusals that intake gives, by name. None repeats what was sent; a foreign thing is refused like one that does not exist."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class UnknownNeedCode(Problem):
    """The code is not in the controlled list, or names a domain instead of a need."""

    status = 422
    slug = "unknown-need-code"
    title = Words(en="This need is not in the list.", ar="هذا الاحتياج غير موجود في القائمة.", ckb="ئەم پێداویستییە لە لیستەکەدا نییە.")


class UnknownPlace(Problem):
    """The P-code names no governorate, district or sub-district of Iraq."""

    status = 422
    slug = "unknown-place"
    title = Words(
        en="This place is not among Iraq's governorates, districts and sub-districts.",
        ar="هذا المكان ليس ضمن محافظات العراق وأقضيته ونواحيه.",
        ckb="ئەم شوێنە لە نێو پارێزگا و قەزا و ناحیەکانی عێراقدا نییە.",
    )


class ConsentMissing(Problem):
    """Needs came without a consent, or with one that names nothing that may be passed on. A refusal is a consent with given=false."""

    status = 422
    slug = "consent-missing"
    title = Words(
        en="Without the person's consent nothing can be passed on. Record what they said, also a refusal.",
        ar="لا يمكن نقل أي معلومات دون موافقة الشخص. سجّل ما قاله، حتى لو كان رفضًا.",
        ckb="بەبێ ڕەزامەندیی کەسەکە هیچ شتێک ناگوازرێتەوە. ئەوەی وتوویەتی تۆمار بکە، تەنانەت ئەگەر ڕەتکردنەوەش بێت.",
    )


class OperatorUnknown(Problem):
    """No operator owns what comes from this client, so nobody would look after the person."""

    status = 422
    slug = "operator-unknown"
    title = Words(
        en="No operating authority is responsible for this client's requests.",
        ar="لا توجد جهة مشغِّلة مسؤولة عن طلبات هذا العميل.",
        ckb="هیچ لایەنێکی بەڕێوەبەر بەرپرسی داواکارییەکانی ئەم بەکارهێنەرە نییە.",
    )


class IdentityHeldByOrigin(Problem):
    """The centre keeps the identity, so intake takes a code and a focal point, and neither names nor phones."""

    status = 422
    slug = "identity-held-by-origin"
    title = Words(
        en="The identity is kept by the centre: send a code and a focal point, no names or phones.",
        ar="الهوية محفوظة لدى المركز: أرسل رمزًا وجهة اتصال، دون أسماء أو هواتف.",
        ckb="ناسنامەکە لای سەنتەرەکە پارێزراوە: کۆدێک و کەسی پەیوەندی بنێرە، بەبێ ناو و ژمارەی تەلەفۆن.",
    )


class IdentifiersConflict(Problem):
    """The numbers belong to different requests of the same origin."""

    status = 409
    slug = "identifiers-conflict"
    title = Words(
        en="These numbers already belong to different requests.",
        ar="هذه الأرقام تعود إلى طلبات مختلفة.",
        ckb="ئەم ژمارانە هی داواکاریی جیاوازن.",
    )


class RequestNotFound(Problem):
    """There is no such request of the caller's."""

    status = 404
    slug = "request-not-found"
    title = Words(en="There is no such request.", ar="لا يوجد طلب كهذا.", ckb="داواکارییەکی وا نییە.")


class NeedNotFound(Problem):
    """There is no such need that the caller may know of."""

    status = 404
    slug = "need-not-found"
    title = Words(en="There is no such need.", ar="لا يوجد احتياج كهذا.", ckb="پێداویستییەکی وا نییە.")


class ConsentNotFound(Problem):
    """There is no such consent that the caller may know of."""

    status = 404
    slug = "consent-not-found"
    title = Words(en="There is no such consent.", ar="لا توجد موافقة كهذه.", ckb="ڕەزامەندییەکی وا نییە.")


class ReferralNotFound(Problem):
    """There is no such referral to the caller's organisation, or its access has ended."""

    status = 404
    slug = "referral-not-found"
    title = Words(en="There is no such referral.", ar="لا توجد إحالة كهذه.", ckb="ئاڕاستەکردنێکی وا نییە.")


class FollowUpNotFound(Problem):
    """There is no such follow-up of the caller's."""

    status = 404
    slug = "follow-up-not-found"
    title = Words(en="There is no such follow-up.", ar="لا توجد متابعة كهذه.", ckb="بەدواداچوونێکی وا نییە.")


class DisclosurePending(Problem):
    """The referral is the caller's, but nothing was opened: not accepted yet, or intake has not heard of it."""

    status = 409
    slug = "disclosure-pending"
    title = Words(
        en="The person's data are not open to you yet. Accept the referral first; then try again in a moment.",
        ar="بيانات الشخص غير متاحة لك بعد. اقبل الإحالة أولًا ثم حاول بعد لحظات.",
        ckb="هێشتا زانیارییەکانی کەسەکە بۆت نەکراوەتەوە. سەرەتا ئاڕاستەکردنەکە قبووڵ بکە، پاشان دوای کەمێک هەوڵ بدەرەوە.",
    )


class StateStale(Problem):
    """Intake does not know whether this referral still stands: it has not heard from referral for a minute, or its key is parked."""

    status = 503
    slug = "state-stale"
    title = Words(
        en="It is not certain now whether this referral still stands. Please try again shortly.",
        ar="ليس مؤكدًا الآن ما إذا كانت هذه الإحالة لا تزال قائمة. يرجى المحاولة بعد قليل.",
        ckb="ئێستا دڵنیا نین کە ئەم ئاڕاستەکردنە هێشتا بەردەوامە. تکایە دوای کەمێکی تر هەوڵ بدەرەوە.",
    )


class AlreadyWithdrawn(Problem):
    """It was taken back before."""

    status = 409
    slug = "already-withdrawn"
    title = Words(en="This was already withdrawn.", ar="سبق سحب هذا.", ckb="ئەمە پێشتر کشێنراوەتەوە.")


class WithdrawalHasOneDoor(Problem):
    """A consent that was given is taken back at /v1/withdrawals, where the disclosures are closed."""

    status = 409
    slug = "withdrawal-has-one-door"
    title = Words(
        en="Use /v1/withdrawals to take a consent back.",
        ar="استخدم /v1/withdrawals لسحب الموافقة.",
        ckb="بۆ کشاندنەوەی ڕەزامەندی /v1/withdrawals بەکاربهێنە.",
    )


class ConsentEnded(Problem):
    """A consent that was taken back is not given again: the person asks anew."""

    status = 409
    slug = "consent-ended"
    title = Words(
        en="This consent was taken back. A new request needs a new consent.",
        ar="سُحبت هذه الموافقة. الطلب الجديد يحتاج إلى موافقة جديدة.",
        ckb="ئەم ڕەزامەندییە کشێنراوەتەوە. داواکاریی نوێ ڕەزامەندیی نوێی دەوێت.",
    )


class NeedMoveNotAllowed(Problem):
    """The need's state does not allow this; `moves` says what the caller may do."""

    status = 409
    slug = "need-move-not-allowed"
    title = Words(
        en="The state of the need does not allow this.",
        ar="حالة الاحتياج لا تسمح بذلك.",
        ckb="دۆخی پێداویستییەکە ڕێگە بەمە نادات.",
    )


class RoleNeeded(Problem):
    """The client's scope is right, but this is the work of another role."""

    status = 403
    slug = "role-needed"
    title = Words(en="This is for another role.", ar="هذا من صلاحية دور آخر.", ckb="ئەمە کاری ڕۆڵێکی ترە.")


class PersonErased(Problem):
    """The key was destroyed: what it sealed is gone for good."""

    status = 410
    slug = "person-erased"
    title = Words(
        en="What was known of this person was erased.",
        ar="مُحيت البيانات المعروفة عن هذا الشخص.",
        ckb="ئەوەی دەربارەی ئەم کەسە زانرابوو سڕایەوە.",
    )


class FollowUpNotDue(Problem):
    """The follow-up is not due yet, or was recorded already."""

    status = 409
    slug = "follow-up-not-due"
    title = Words(en="This follow-up is not due.", ar="هذه المتابعة غير مستحقة.", ckb="کاتی ئەم بەدواداچوونە نییە.")


class ProviderMayNotVerify(Problem):
    """Whoever gave the service does not say whether it helped."""

    status = 403
    slug = "provider-may-not-verify"
    title = Words(
        en="Whether help came is never recorded by the organisation that gave it.",
        ar="لا تسجّل الجهة التي قدّمت الخدمة ما إذا كانت المساعدة قد وصلت.",
        ckb="ئەوەی ئایا یارمەتی گەیشتووە هەرگیز لەلایەن ئەو ڕێکخراوەوە تۆمار ناکرێت کە پێشکەشی کردووە.",
    )


class ContactHeldByOrigin(Problem):
    """The centre keeps the identity: messages go through its focal point."""

    status = 409
    slug = "contact-held-by-origin"
    title = Words(
        en="The centre keeps the contact: go through its focal point.",
        ar="بيانات الاتصال محفوظة لدى المركز: تواصل عبر جهة الاتصال لديه.",
        ckb="پەیوەندییەکە لای سەنتەرەکەیە: لە ڕێگەی کەسی پەیوەندییەوە.",
    )


class ContactWithheld(Problem):
    """The need is restricted, and the person did not wish to be told of it."""

    status = 409
    slug = "contact-withheld"
    title = Words(
        en="No message may be sent about this need.",
        ar="لا يجوز إرسال أي رسالة بشأن هذا الاحتياج.",
        ckb="نابێت هیچ نامەیەک سەبارەت بەم پێداویستییە بنێردرێت.",
    )


class OnwardNotFound(Problem):
    """No receiver asked the caller's office for this."""

    status = 404
    slug = "onward-need-not-found"
    title = Words(en="Nobody asked for this need.", ar="لم يطلب أحد هذه الحاجة.", ckb="کەس داوای ئەم پێداویستییەی نەکردووە.")


class OnwardDecided(Problem):
    """It was opened or refused already; `state` says which."""

    status = 409
    slug = "onward-need-decided"
    title = Words(en="This was decided already.", ar="سبق البتّ في هذا.", ckb="پێشتر بڕیار لەسەر ئەمە دراوە.")


class OnwardNotCovered(Problem):
    """The consent does not name this kind of need: the person is asked, and the consent revised, first."""

    status = 409
    slug = "onward-need-not-covered"
    title = Words(
        en="Ask the person first, and record a consent that names this need.",
        ar="اسأل الشخص أولًا، وسجّل موافقة تذكر هذه الحاجة.",
        ckb="سەرەتا لە کەسەکە بپرسە، و ڕەزامەندییەک تۆمار بکە کە ناوی ئەم پێداویستییە بهێنێت.",
    )
