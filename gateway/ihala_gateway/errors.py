"""The refusals that only the gateway gives; those it shares with the services are the kit's."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class PathRefused(Problem):
    """The path could be read in two ways (`..`, `//`, `\\`, `;`, encoded separators), or holds what no path of ours holds."""

    status = 400
    slug = "path-refused"
    title = Words(
        en="The address is not written in a form that can be accepted.",
        ar="العنوان مكتوب بصيغة لا يمكن قبولها.",
        ckb="ناونیشانەکە بە شێوەیەک نووسراوە کە قبووڵ ناکرێت.",
    )


class AddressTooLong(Problem):
    """Path and query together are over the limit (8 KiB)."""

    status = 414
    slug = "address-too-long"
    title = Words(
        en="The address is too long.",
        ar="العنوان أطول من المسموح.",
        ckb="ناونیشانەکە لەوە درێژترە کە ڕێگەپێدراوە.",
    )


class HeadersRefused(Problem):
    """Two Authorization headers, a token in the query, or more headers than any honest client sends."""

    status = 400
    slug = "headers-refused"
    title = Words(
        en="The request's headers contradict each other or are too many. Send one Authorization header, and no token elsewhere.",
        ar="ترويسات الطلب متعارضة أو كثيرة جداً. أرسل ترويسة Authorization واحدة فقط ولا ترسل رمز الدخول في موضع آخر.",
        ckb="سەردێڕەکانی داواکارییەکە دژی یەکن یان زۆرن. تەنها یەک سەردێڕی Authorization بنێرە و تۆکن لە شوێنی تر مەنێرە.",
    )


class ActingOfficerRefused(Problem):
    """Ihala-Acting-Officer is not one opaque sign (1 to 64 of A-Z a-z 0-9 . _ : -), or not whom the token itself names."""

    status = 400
    slug = "acting-officer-refused"
    title = Words(
        en="Ihala-Acting-Officer must be one sign of your own for the officer: 1 to 64 Latin letters, digits or . _ : -, never a name.",
        ar="يجب أن تحتوي الترويسة Ihala-Acting-Officer على رمز واحد من عندكم للموظف، من 1 إلى 64 حرفاً لاتينياً أو رقماً أو . _ : - لا اسماً.",
        ckb="پێویستە Ihala-Acting-Officer تەنها یەک هێمای خۆتان بێت بۆ فەرمانبەرەکە: ١ تا ٦٤ پیتی لاتینی یان ژمارە یان . _ : - ، نەک ناو.",
    )


class UpgradeRefused(Problem):
    """A body behind an `Upgrade` header: the server in front of us stops reading HTTP there, so it would never arrive."""

    status = 400
    slug = "upgrade-refused"
    title = Words(
        en="Only HTTP/1.1 is spoken here. Send the request without an Upgrade header.",
        ar="يُستخدم هنا HTTP/1.1 فقط. أرسل الطلب بدون ترويسة Upgrade.",
        ckb="لێرە تەنها HTTP/1.1 بەکاردێت. داواکارییەکە بەبێ سەردێڕی Upgrade بنێرە.",
    )


class BodyTooSlow(Problem):
    """The rest of the body did not come in time."""

    status = 408
    slug = "body-too-slow"
    title = Words(
        en="The request did not arrive in time. Please send it again.",
        ar="لم يصل الطلب في الوقت المحدد. يرجى إرساله مرة أخرى.",
        ckb="داواکارییەکە لە کاتی خۆیدا نەگەیشت. تکایە دووبارە بینێرەوە.",
    )


class ServiceTimeout(Problem):
    """The service took the request and has not answered; whether it was carried out is not known."""

    status = 504
    slug = "service-timeout"
    title = Words(
        en="The service did not answer in time. Send the same request again with the same Idempotency-Key.",
        ar="لم تُجب الخدمة في الوقت المحدد. أعد إرسال الطلب نفسه بنفس Idempotency-Key.",
        ckb="خزمەتگوزارییەکە لە کاتی خۆیدا وەڵامی نەدایەوە. هەمان داواکاری بە هەمان Idempotency-Key دووبارە بنێرەوە.",
    )
