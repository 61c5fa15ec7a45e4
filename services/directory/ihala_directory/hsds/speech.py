"""Texts in the language that was asked for, and the short phrases that HSDS has only as text. Pure."""

from collections.abc import Mapping
from typing import Any

from ihala_kit.words import Language, Words

TAGS = ("en", "ar", "ckb")  # in this order, where the language asked for has no text

# ISO 639 codes as services name them; a code that is not here is shown without a name.
_LANGUAGES = {
    "ar": Words("Arabic", "العربية", "عەرەبی"),
    "ckb": Words("Kurdish (Sorani)", "الكردية السورانية", "کوردیی سۆرانی"),
    "kmr": Words("Kurdish (Kurmanji)", "الكردية الكرمانجية", "کوردیی کورمانجی"),
    "ku": Words("Kurdish", "الكردية", "کوردی"),
    "en": Words("English", "الإنجليزية", "ئینگلیزی"),
    "fa": Words("Persian", "الفارسية", "فارسی"),
    "tr": Words("Turkish", "التركية", "تورکی"),
    "tk": Words("Turkmen", "التركمانية", "تورکمانی"),
    "syr": Words("Syriac", "السريانية", "سریانی"),
}
FREE = Words("Free of charge", "مجانًا", "بێ بەرامبەر")
WAIT = Words("About {0} days", "نحو {0} يومًا", "نزیکەی {0} ڕۆژ")
AGE_MIN = Words("From age {0}", "من عمر {0} سنة", "لە تەمەنی {0} ساڵەوە")
AGE_MAX = Words("Up to age {0}", "حتى عمر {0} سنة", "تا تەمەنی {0} ساڵ")
SEXES = {
    "female": Words("For women and girls", "للنساء والفتيات", "بۆ ژنان و کچان"),
    "male": Words("For men and boys", "للرجال والفتيان", "بۆ پیاوان و کوڕان"),
}
CLOSED = Words("Closed from {0} to {1}", "مغلق من {0} إلى {1}", "داخراوە لە {0} تا {1}")


def said(words: Mapping[str, str] | None, language: Language) -> str | None:
    """Return a text in `language`, else in English, else in Arabic, else in what there is; None when there is none."""
    found = words or {}
    return next((found[tag] for tag in (language, *TAGS) if found.get(tag)), None)


def both(name: str, words: Mapping[str, str] | None, language: Language) -> dict[str, Any]:
    """Return `name` in one language and `name_i18n` in all; nothing when there is no text."""
    text = said(words, language)
    return {} if text is None else {name: text, f"{name}_i18n": {tag: value for tag, value in sorted((words or {}).items()) if value}}


def language_name(code: str, language: Language) -> str | None:
    """Return what a language is called."""
    return _LANGUAGES[code].spoken(language) if code in _LANGUAGES else None


def comma(language: Language) -> str:
    """Return what stands between the items of a list."""
    return ", " if language == "en" else "، "
