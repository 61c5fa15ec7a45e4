"""Short texts in the three languages of the work, and which of them a caller asked for."""

from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["ar", "ckb", "en"]  # in one order everywhere: typing keeps one of two that differ in nothing else

# A bare `ku` from a browser in Iraq means Sorani; Kurmanji (kmr) readers read Arabic here.
_BY_TAG: Final[dict[str, Language]] = {"en": "en", "ar": "ar", "ckb": "ckb", "ku": "ckb", "kmr": "ar"}
_LONGEST_HEADER = 500


@dataclass(frozen=True, slots=True)
class Words:
    """One text in English, Arabic and Sorani Kurdish."""

    en: str
    ar: str
    ckb: str

    def spoken(self, language: Language) -> str:
        """Return the text in `language`."""
        return {"en": self.en, "ar": self.ar, "ckb": self.ckb}[language]


def language_of(accept_language: str | None) -> Language:
    """Return the language an Accept-Language header prefers among ours; English when it names none of them."""
    best: tuple[float, Language] = (0.0, "en")
    for part in (accept_language or "")[:_LONGEST_HEADER].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = _BY_TAG.get(tag.strip().split("-")[0].lower())
        weight = _weight(parameter)
        if language and weight > best[0]:
            best = (weight, language)
    return best[1]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
