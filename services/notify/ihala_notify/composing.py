"""What is sent in the end: the text of a template with all that may be said in it, or the neutral text. Pure."""

from collections.abc import Mapping

from ihala_kit.words import Language

from ihala_notify.channels.sms_text import TextTooLong, sms_of
from ihala_notify.facts import Known, facts_of, is_unspeakable
from ihala_notify.laying import Fact
from ihala_notify.quoting import LEFT_OUT_FIRST
from ihala_notify.templates.checks import MOST_PARTS
from ihala_notify.wording import Template

_SURELY_FITS = MOST_PARTS * 66  # 16-bit letters: in either alphabet a part holds so many


def composed(template: Template, known: Known, language: Language, *, as_sms: bool) -> str | None:
    """Return the text; None when it would name a provider by words that no message holds, or is too long without all it can do without.

    Raises FactMissing.
    """
    if is_unspeakable(template, known, language):
        return None
    facts = facts_of(known, language)
    text = template.render(language, facts)
    return text if not as_sms or _fits(text) else _shortened(template, language, facts)


def _shortened(template: Template, language: Language, facts: Mapping[str, Fact | None]) -> str | None:
    for count in range(1, len(LEFT_OUT_FIRST) + 1):
        text = template.render(language, {**facts, **dict.fromkeys(LEFT_OUT_FIRST[:count])})
        if _fits(text):
            return text
    return None


def _fits(text: str) -> bool:
    if len(text.encode("utf-16-be", "surrogatepass")) <= 2 * _SURELY_FITS:
        return True
    try:
        return len(sms_of(text).parts) <= MOST_PARTS
    except TextTooLong:
        return False
