"""The refusals of clients' self-service."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ClientNotFound(Problem):
    """There is no such client, or it is not the caller's to see."""

    status = 404
    slug = "client-not-found"
    title = Words(en="There is no such client.", ar="لا يوجد نظام مسجَّل بهذا الرمز.", ckb="سیستەمێکی تۆمارکراو بەم ناسێنەرە نییە.")


class RequestNotFound(Problem):
    """There is no such request, or it is not the caller's to see."""

    status = 404
    slug = "client-request-not-found"
    title = Words(en="There is no such request.", ar="لا يوجد طلب كهذا.", ckb="داواکارییەکی وا نییە.")


class KeyNotFound(Problem):
    """The client has no such key."""

    status = 404
    slug = "key-not-found"
    title = Words(
        en="The client has no key with this identifier.",
        ar="لا يوجد لهذا النظام مفتاح بهذا المعرّف.",
        ckb="ئەم سیستەمە کلیلێکی بەم ناسێنەرە نییە.",
    )


class RoleNeeded(Problem):
    """The scope is right, but this is the work of an administrator."""

    status = 403
    slug = "role-needed"
    title = Words(en="This is for another role.", ar="هذا من صلاحية دور آخر.", ckb="ئەمە کاری ڕۆڵێکی ترە.")


class AnotherPersonNeeded(Problem):
    """Who asked cannot decide."""

    status = 409
    slug = "another-person-needed"
    title = Words(
        en="Somebody else must decide what you asked for.",
        ar="يجب أن يبتّ في طلبك شخص آخر.",
        ckb="دەبێت کەسێکی تر بڕیار لەسەر داواکارییەکەت بدات.",
    )


class ClientStateRefused(Problem):
    """Revoked is for good; who suspended it is who gives it back."""

    status = 409
    slug = "client-state-refused"
    title = Words(
        en="The client's state does not allow this: it was revoked, is not yet approved, or is held suspended by somebody else.",
        ar="حالة النظام لا تسمح بذلك: أُلغي نهائياً أو لم يُعتمد بعد أو أن جهة أخرى أوقفته.",
        ckb="دۆخی سیستەمەکە ڕێگە بەمە نادات: هەڵوەشێنراوەتەوە، هێشتا پەسەند نەکراوە، یان لایەنێکی تر ڕایگرتووە.",
    )


class TooManyClients(Problem):
    """An organisation has no use for so many systems."""

    status = 409
    slug = "too-many-clients"
    title = Words(
        en="Your organisation has as many clients as it may have. Revoke one that is not needed.",
        ar="بلغت منظمتكم الحد الأعلى من الأنظمة المسجَّلة. ألغِ نظاماً لم تعودوا بحاجة إليه.",
        ckb="ڕێکخراوەکەتان گەیشتووەتە زۆرترین ژمارەی سیستەمە تۆمارکراوەکان. یەکێک کە پێویست نییە هەڵبوەشێنەوە.",
    )


class RequestOpen(Problem):
    """One request at a time waits for the operator."""

    status = 409
    slug = "client-request-open"
    title = Words(
        en="A request for this client still waits for the operator.",
        ar="لا يزال طلب سابق لهذا النظام بانتظار الجهة المشغِّلة.",
        ckb="هێشتا داواکارییەکی پێشووی ئەم سیستەمە چاوەڕێی بەڕێوەبەرە.",
    )


class RequestDecided(Problem):
    """It was decided already."""

    status = 409
    slug = "client-request-decided"
    title = Words(en="This request has been decided already.", ar="سبق البتّ في هذا الطلب.", ckb="پێشتر بڕیار لەسەر ئەم داواکارییە دراوە.")


class NoOperator(Problem):
    """Nobody is known who could approve it."""

    status = 409
    slug = "no-operator"
    title = Words(
        en="No operator is known that could decide this for your organisation.",
        ar="لا تُعرف جهة مشغِّلة يمكنها البتّ في ذلك لمنظمتكم.",
        ckb="هیچ بەڕێوەبەرێک نەزانراوە کە بتوانێت ئەمە بۆ ڕێکخراوەکەتان بڕیار بدات.",
    )


class KeysKeptElsewhere(Problem):
    """The client has no keys with us that could be changed here."""

    status = 409
    slug = "keys-kept-elsewhere"
    title = Words(
        en="This client's keys are read from its own address, or it has a secret: change them there.",
        ar="تُقرأ مفاتيح هذا النظام من عنوانه الخاص أو أن له رمزاً سرياً: غيّرها هناك.",
        ckb="کلیلەکانی ئەم سیستەمە لە ناونیشانی خۆیەوە دەخوێنرێنەوە یان نهێنییەکی هەیە: لەوێ بیانگۆڕە.",
    )


class LastKey(Problem):
    """Without its last key a client could not come back; suspending it does what is wanted."""

    status = 409
    slug = "last-key"
    title = Words(
        en="This is the client's only key. Add another one first, or suspend the client.",
        ar="هذا هو المفتاح الوحيد للنظام. أضف مفتاحاً آخر أولاً أو أوقف النظام.",
        ckb="ئەمە تاکە کلیلی سیستەمەکەیە. سەرەتا کلیلێکی تر زیاد بکە، یان سیستەمەکە ڕابگرە.",
    )


class ScopeRefused(Problem):
    """No address needs such a scope, or it was not asked for."""

    status = 422
    slug = "scope-refused"
    title = Words(
        en="There is no such permission, or it was not asked for.",
        ar="لا توجد صلاحية كهذه أو أنها لم تُطلب.",
        ckb="ڕێگەپێدانێکی وا نییە، یان داوا نەکراوە.",
    )


class KeysRefused(Problem):
    """The keys cannot be used."""

    status = 422
    slug = "keys-refused"
    title = Words(
        en="Send public keys only: EC P-256, RSA of 2048 bits or more, or Ed25519, for signatures; each with an identifier of its own.",
        ar="أرسل مفاتيح عامة فقط للتوقيع: EC P-256 أو RSA بطول 2048 بت فأكثر أو Ed25519، ولكلٍّ معرّفه.",
        ckb="تەنها کلیلی گشتی بۆ واژۆ بنێرە: EC P-256 یان RSAی ٢٠٤٨ بیت یان زیاتر یان Ed25519، هەریەکە ناسێنەری خۆی هەبێت.",
    )


class AddressRefused(Problem):
    """An address is not whole, not https, or leads inside."""

    status = 422
    slug = "address-refused"
    title = Words(
        en="The address must be a whole https address without a fragment.",
        ar="يجب أن يكون العنوان عنوان https كاملاً بلا جزء بعد العلامة #.",
        ckb="پێویستە ناونیشانەکە ناونیشانێکی تەواوی https بێت بەبێ بەشی دوای #.",
    )


class ClearanceRefused(Problem):
    """The organisation is not cleared for restricted cases."""

    status = 422
    slug = "clearance-refused"
    title = Words(
        en="Only a cleared organisation's client may see restricted cases; only the operator's own is first-party.",
        ar="لا يطّلع على الحالات المقيّدة إلا نظام منظمة مخوَّلة، ولا يُعدّ نظاماً خاصاً إلا ما يعود للجهة المشغِّلة.",
        ckb="تەنها سیستەمی ڕێکخراوێکی ڕێپێدراو دۆسیە سنووردارەکان دەبینێت؛ تەنها هی بەڕێوەبەر خۆی بە هی خۆی دادەنرێت.",
    )
