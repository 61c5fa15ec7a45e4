"""What an officer says on the phone, in each language. Pure."""

from typing import Any

from ihala_contracts.intake_v1 import Sensitivity

from ihala_notify.facts import facts_of
from ihala_notify.models import Text
from ihala_notify.telling import Openness, openness
from ihala_notify.wording import LANGUAGES, FactMissing, Template


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
