"""What an officer says on the phone, in each language, and what stands on a slip. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ihala_contracts.intake_v1 import Sensitivity

from ihala_notify.facts import facts_of
from ihala_notify.models import Text
from ihala_notify.telling import Openness, openness
from ihala_notify.wording import LANGUAGES, NEUTRAL, FactMissing, Language, Template


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What stands on a slip. `in_full`: more than that there is news."""

    language: Language
    texts: list[str]
    in_full: bool


def on_paper(rows: Sequence[Any], words: Mapping[str, Template], language: Language) -> OnPaper | None:
    """Return what is handed over, of rows of store.to_say. In full only what could be written to the person in full: then to an adult who
    reads it alone (`said`), and now still about what anybody may know. All else together is one neutral text; None while none is known."""
    full = [said for row in rows if row.said == Openness.FULL and (said := to_the_person(words[row.template], row))]
    neutral = [rendered(words[NEUTRAL], rows[0])] if len(full) < len(rows) else []
    texts = [getattr(each, language) for each in [*full, *neutral] if each is not None]
    return OnPaper(language, texts, bool(full)) if texts else None


def to_the_person(template: Template, row: Any) -> Text | None:
    """Return what may be said once it is sure who listens; None where nobody may write it either: then the officer knows what to say."""
    said = openness(Sensitivity(row.sensitivity), own_phone=True, hidden_provider=row.hidden_provider)
    return rendered(template, row) if said is Openness.FULL else None


def rendered(template: Template, row: Any) -> Text | None:
    """Return a text in all languages, of a row of store.to_say; None when something that it needs is not known (yet)."""
    try:
        return Text(**{language: template.render(language, facts_of(row, language)) for language in LANGUAGES})
    except FactMissing:
        return None
