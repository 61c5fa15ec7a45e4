"""The page behind every square, as HTML that needs no script and calls nobody: pure, and made once a language."""

import base64
import hashlib
from functools import cache
from html import escape

from ihala_kit.words import Language

from ihala_notify.letters.words import words

NAMES: dict[Language, str] = {"ar": "العربية", "ckb": "کوردی", "en": "English"}
STYLE = (
    "*{box-sizing:border-box}body{font:1.05rem/1.7 'Noto Sans Arabic','Segoe UI',Tahoma,sans-serif;color:#1a1a1a;background:#f4f5f7;"
    "margin:0}main{max-width:36rem;margin:0 auto;padding:1rem 1rem 3rem}h1{font-size:1.4rem;line-height:1.5}"
    "nav{display:flex;flex-wrap:wrap;gap:.5rem;justify-content:flex-end}nav a,nav span{color:#124e78;padding:.45rem .8rem}"
    "nav span{color:#1a1a1a;font-weight:600}"
    "section{background:#fff;border:1px solid #cfd4da;border-radius:.5rem;padding:.2rem 1rem;margin:1rem 0}"
    ":focus-visible{outline:3px solid #b35c00;outline-offset:2px}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_SAID = ("page_what", "page_holder", "page_finder")


@cache
def page(language: Language) -> str:
    """Return the page in one language."""
    title, direction = escape(words("page_title", language)), "ltr" if language == "en" else "rtl"
    said = "".join(f"<p>{escape(words(code, language))}</p>" for code in _SAID)
    choice = "".join(
        f'<span aria-current="true" lang="{one}">{name}</span>' if one == language
        else f'<a href="?lang={one}" lang="{one}" hreflang="{one}">{name}</a>'
        for one, name in NAMES.items()
    )  # fmt: skip
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><main><nav>{choice}</nav><h1>{title}</h1><section>{said}</section></main></body></html>"
    )
