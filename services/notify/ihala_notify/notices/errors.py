"""Why a wish for digests is refused, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words

FIELD_WORDS = {
    "daily_or_at_once": Words(
        en="Say when: daily at an hour, or at once.",
        ar="حدّد الموعد: يوميًا في ساعة معيّنة أو فورًا.",
        ckb="کاتەکە دیاری بکە: ڕۆژانە لە کاتژمێرێکدا یان دەستبەجێ.",
    ),
}


class DigestNotFound(Problem):
    """The officer has no such wish."""

    status = 404
    slug = "digest-not-found"
    title = Words(
        en="You have not asked for notices by e-mail.",
        ar="لم تطلبوا إشعارات بالبريد الإلكتروني.",
        ckb="داوای ئاگادارکردنەوە بە ئیمەیڵ نەکراوە.",
    )


class OfficerUnknown(Problem):
    """A digest belongs to one officer, and the token names none."""

    status = 403
    slug = "officer-unknown"
    title = Words(
        en="Notices by e-mail belong to one officer: sign in, or name the officer who asks.",
        ar="الإشعارات بالبريد الإلكتروني تخص موظفًا واحدًا: سجّل الدخول أو حدّد الموظف الذي يطلبها.",
        ckb="ئاگادارکردنەوە بە ئیمەیڵ هی یەک فەرمانبەرە: بچۆ ژوورەوە، یان ئەو فەرمانبەرە دیاری بکە کە داوای دەکات.",
    )


class TooManyCodes(Problem):
    """As many codes were mailed for this officer within a day as may be."""

    status = 409
    slug = "too-many-codes"
    title = Words(
        en="Too many codes were sent today. Try again tomorrow.",
        ar="أُرسل عدد كبير من الرموز اليوم. حاول مجددًا غدًا.",
        ckb="ئەمڕۆ کۆدی زۆر نێردرا. سبەینێ هەوڵ بدەرەوە.",
    )


class MailNotSet(Problem):
    """This installation sends no e-mail."""

    status = 409
    slug = "mail-not-set"
    title = Words(
        en="This system sends no e-mail. Follow the feed or use a webhook.",
        ar="لا يرسل هذا النظام بريدًا إلكترونيًا. تابع سجل الأحداث أو استخدم webhook.",
        ckb="ئەم سیستەمە ئیمەیڵ نانێرێت. لە تۆماری ڕووداوەکان یان webhook بەدواداچوون بکە.",
    )
