"""Refusals about persons and households, by name."""

from ihala_kit.problems import Problem, ServiceUnavailable
from ihala_kit.words import Words


class PersonNotFound(Problem):
    """There is no such person that the caller may know of."""

    status = 404
    slug = "person-not-found"
    title = Words(en="There is no such person.", ar="لا يوجد شخص كهذا.", ckb="کەسێکی وا نییە.")


class HouseholdNotFound(Problem):
    """There is no such household that the caller may know of, or no such member in it."""

    status = 404
    slug = "household-not-found"
    title = Words(en="There is no such household.", ar="لا توجد أسرة كهذه.", ckb="خێزانێکی وا نییە.")


class InAnotherHousehold(Problem):
    """The person belongs to a household; whoever moves leaves it first, in a call of its own."""

    status = 409
    slug = "in-another-household"
    title = Words(
        en="This person is recorded in a household. Record first that they left it.",
        ar="هذا الشخص مسجّل ضمن أسرة. سجّل أولًا أنه غادرها.",
        ckb="ئەم کەسە لە خێزانێکدا تۆمارکراوە. سەرەتا تۆمار بکە کە جێی هێشتووە.",
    )


class HouseholdTooLarge(Problem):
    """More than 60 do not live in one household: those are several."""

    status = 409
    slug = "household-too-large"
    title = Words(
        en="This household is too large. Record it as several households.",
        ar="عدد أفراد هذه الأسرة كبير جدًا. سجّلها كعدة أسر.",
        ckb="ئەم خێزانە زۆر گەورەیە. وەک چەند خێزانێک تۆماری بکە.",
    )


class ContactNotNow(ServiceUnavailable):
    """The phone may be used at certain hours only; Retry-After says when they begin."""

    slug = "contact-not-now"
    title = Words(
        en="This person may not be contacted at this hour.",
        ar="لا يجوز التواصل مع هذا الشخص في هذه الساعة.",
        ckb="لەم کاتەدا نابێت پەیوەندی بەم کەسەوە بکرێت.",
    )


class MessagesStopped(Problem):
    """The person wishes no messages. What they must know is told by a call or at the desk."""

    status = 409
    slug = "messages-stopped"
    title = Words(
        en="This person wishes to get no messages.",
        ar="لا يرغب هذا الشخص في استلام الرسائل.",
        ckb="ئەم کەسە نایەوێت هیچ نامەیەکی بۆ بێت.",
    )


class NoSafeContact(Problem):
    """The need is restricted and the person wished to be told of it, but has no safe phone or e-mail of their own (any more)."""

    status = 409
    slug = "no-safe-contact"
    title = Words(
        en="This person wished to be told, and no safe way to do so is known. Do not call: ask their own worker.",
        ar="رغب هذا الشخص في أن يُبلَّغ، ولا تُعرف طريقة آمنة لذلك. لا تتصل به، بل اسأل العامل المسؤول عن ملفه.",
        ckb="ئەم کەسە ویستوویەتی ئاگادار بکرێتەوە، بەڵام ڕێگەیەکی پارێزراو نازانرێت. پەیوەندی مەکە، لە کارمەندی بەرپرسی دۆسیەکەی بپرسە.",
    )


class FiledApart(Problem):
    """Whatever concerns a minor for whom nobody safe stands is restricted, and so never written into an ordinary file."""

    status = 409
    slug = "filed-apart"
    title = Words(
        en="A child without a safe guardian has a file of its own. Bring a new request with what the child needs.",
        ar="للطفل الذي ليس له وصيّ آمن ملف خاص به. قدّم طلبًا جديدًا بما يحتاجه الطفل.",
        ckb="منداڵێک کە سەرپەرشتیاری پارێزراوی نییە دۆسیەی تایبەتی خۆی هەیە. داواکارییەکی نوێ بە پێداویستییەکانی منداڵەکە پێشکەش بکە.",
    )
