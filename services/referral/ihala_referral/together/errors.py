"""The refusals of what parties do together."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class SaidByVoice(Problem):
    """Of a restricted referral nothing is written here: it is said by voice."""

    status = 409
    slug = "said-by-voice"
    title = Words(
        en="Nothing is written about this one: speak to each other.",
        ar="لا يُكتب شيء عن هذه الإحالة: تحدّثوا مباشرة.",
        ckb="دەربارەی ئەمە هیچ نانووسرێت: بە دەنگ قسە بکەن.",
    )


class OutsideConsent(Problem):
    """The person did not agree that these categories of data be passed on; `categories` names them."""

    status = 409
    slug = "outside-consent"
    title = Words(
        en="The person did not agree to pass this on. `categories` lists what is outside the consent.",
        ar="لم يوافق الشخص على مشاركة هذا. تجد في `categories` ما هو خارج الموافقة.",
        ckb="کەسەکە ڕازی نەبووە ئەمە بگوازرێتەوە. لە `categories` ئەوانە هەن کە لە دەرەوەی ڕەزامەندین.",
    )


class WayNotAllowed(Problem):
    """The person did not allow to be reached that way; `allowed` lists the ways."""

    status = 409
    slug = "way-not-allowed"
    title = Words(
        en="The person may not be reached this way. `allowed` lists the ways.",
        ar="لا يُسمح بالتواصل مع الشخص بهذه الطريقة. تجد الطرق في `allowed`.",
        ckb="ڕێگە نەدراوە بەم شێوەیە پەیوەندی بە کەسەکەوە بکرێت. ڕێگاکان لە `allowed` هەن.",
    )


class AppointmentNotFound(Problem):
    """There is no such appointment, or the caller may not know of it."""

    status = 404
    slug = "appointment-not-found"
    title = Words(en="There is no such appointment.", ar="لا يوجد موعد كهذا.", ckb="وادەیەکی وەها نییە.")


class AppointmentMoveNotAllowed(Problem):
    """This cannot be done with the appointment now; `moves` lists what the caller can do."""

    status = 409
    slug = "appointment-move-not-allowed"
    title = Words(
        en="This cannot be done with the appointment now. `moves` lists what can be.",
        ar="لا يمكن القيام بذلك مع الموعد الآن. تجد في `moves` ما هو ممكن.",
        ckb="ئێستا ئەمە لەگەڵ وادەکەدا ناکرێت. لە `moves` ئەوانە هەن کە دەکرێن.",
    )


class FileNotFound(Problem):
    """No such file is named for the referral."""

    status = 404
    slug = "file-not-found"
    title = Words(en="There is no such file here.", ar="لا يوجد ملف كهذا هنا.", ckb="فایلێکی وەها لێرە نییە.")


class FilesFull(Problem):
    """No more files are named for one referral; `most` says how many may be."""

    status = 409
    slug = "files-full"
    title = Words(
        en="No more files can be named for this referral.",
        ar="لا يمكن إضافة مزيد من الملفات إلى هذه الإحالة.",
        ckb="ناتوانرێت فایلی تر بۆ ئەم ڕەوانەکردنە زیاد بکرێت.",
    )


class NothingToAmend(Problem):
    """The offer does not say this of the person, so there is nothing to correct in it; `fields` lists what it says."""

    status = 409
    slug = "nothing-to-amend"
    title = Words(
        en="The offer does not say this. `fields` lists what can be corrected.",
        ar="لا يتضمن العرض هذا. تجد في `fields` ما يمكن تصحيحه.",
        ckb="پێشنیازەکە ئەمەی تێدا نییە. لە `fields` ئەوانە هەن کە ڕاست دەکرێنەوە.",
    )


class RedactionNotFound(Problem):
    """Nobody asked that this referral be emptied, or it was decided."""

    status = 404
    slug = "redaction-not-found"
    title = Words(en="Nobody asked for this.", ar="لم يطلب أحد ذلك.", ckb="کەس داوای ئەمەی نەکردووە.")


class RedactionUnderWay(Problem):
    """Somebody asked for it already: it waits for a second person."""

    status = 409
    slug = "redaction-under-way"
    title = Words(
        en="This was asked for already and waits for a second person.",
        ar="طُلب ذلك من قبل، وهو بانتظار شخص ثانٍ.",
        ckb="پێشتر داوای ئەمە کراوە و چاوەڕێی کەسێکی دووەمە.",
    )


class SecondPersonNeeded(Problem):
    """Two people decide this, and one of them is the data-protection officer."""

    status = 409
    slug = "second-person-needed"
    title = Words(
        en="Another person must decide this; one of the two is the data-protection officer.",
        ar="يجب أن يقرر شخص آخر؛ أحد الشخصين هو مسؤول حماية البيانات.",
        ckb="دەبێت کەسێکی تر بڕیار بدات؛ یەکێکیان بەرپرسی پاراستنی داتایە.",
    )
