"""The page that stops digests: HTML without script, the same for every link. Pure."""

import base64
import hashlib
from collections.abc import Callable
from html import escape

from ihala_kit.words import Language, Words

Page = Callable[[Language], str]

STYLE = (
    "body{margin:0;font:18px/1.7 system-ui,'Noto Sans Arabic',sans-serif;background:#f6f5f2;color:#1d1d1b}main{max-width:34rem;"
    "margin:12vh auto;padding:2rem;background:#fff;border-radius:.75rem}h1{font-size:1.3rem;margin:0 0 1rem}button{font:inherit;"
    "padding:.6rem 1.4rem;border:0;border-radius:.5rem;background:#0b5351;color:#fff}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Vary": "Accept-Language", "X-Robots-Tag": "noindex",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
}  # fmt: skip
_TITLE = Words(en="Notices by e-mail", ar="إشعارات بالبريد الإلكتروني", ckb="ئاگادارکردنەوە بە ئیمەیڵ")
_ASK = Words(
    en="Should these e-mails stop?",
    ar="هل تريدون إيقاف هذه الرسائل؟",
    ckb="دەتانەوێت ئەم ئیمەیڵانە بوەستن؟",
)
_STOP = Words(en="Stop them", ar="إيقاف", ckb="بیانوەستێنە")
_DONE = Words(
    en="You will get no more of these e-mails. You can ask for them again after signing in.",
    ar="لن تصلكم هذه الرسائل بعد الآن. يمكن طلبها من جديد بعد تسجيل الدخول.",
    ckb="چیتر ئەم ئیمەیڵانەتان بۆ نایەت. دوای چوونەژوورەوە دەتوانن دووبارە داوایان بکەن.",
)


def ask(language: Language) -> str:
    """Return the page with the one button; its form goes to where the page came from."""
    form = f'<form method="post"><button>{escape(_STOP.spoken(language))}</button></form>'
    return _sheet(language, f"<p>{escape(_ASK.spoken(language))}</p>{form}")


def done(language: Language) -> str:
    """Return the page that says it is done."""
    return _sheet(language, f'<p role="status">{escape(_DONE.spoken(language))}</p>')


def _sheet(language: Language, content: str) -> str:
    direction, title = "ltr" if language == "en" else "rtl", escape(_TITLE.spoken(language))
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{content}</main></body></html>"
    )
