"""What a text may speak of: facts by the placeholders' names; of what providers wrote only what a message may repeat. Pure."""

from typing import Any, Protocol

from ihala_notify.laying import Fact
from ihala_notify.quoting import quoted
from ihala_notify.wording import GIVEN, Language, Template, text_in


class Known(Protocol):
    """What is known of a need, of whom its message speaks, and of what somebody gave for it."""

    @property
    def reference(self) -> str | None: ...  # noqa: D102

    @property
    def given(self) -> dict[str, Any] | None: ...  # noqa: D102

    @property
    def operator_phone(self) -> str | None: ...  # noqa: D102

    @property
    def organization_names(self) -> dict[str, str] | None: ...  # noqa: D102

    @property
    def organization_phone(self) -> str | None: ...  # noqa: D102

    @property
    def address(self) -> dict[str, str] | None: ...  # noqa: D102

    @property
    def opening_hours(self) -> dict[str, str] | None: ...  # noqa: D102

    @property
    def documents_to_bring(self) -> dict[str, str] | None: ...  # noqa: D102


def facts_of(known: Known, language: Language) -> dict[str, Fact | None]:
    """Return the facts in one language; None where one is not known, or is nothing that a message may say."""
    return {
        **{name: value for name, value in (known.given or {}).items() if name in GIVEN},
        "reference": known.reference,
        "phone": known.operator_phone,
        "organization": _quoted("organization", known.organization_names, language),
        "organization_phone": known.organization_phone,
        "address": _quoted("address", known.address, language),
        "hours": _quoted("hours", known.opening_hours, language),
        "documents": _quoted("documents", known.documents_to_bring, language),
    }


def is_unspeakable(template: Template, known: Known, language: Language) -> bool:
    """Tell whether the text would name a provider whose name is known, and no message may hold it."""
    named = "organization" in template.placeholders and text_in(known.organization_names, language)
    return bool(named) and _quoted("organization", known.organization_names, language) is None


def _quoted(placeholder: str, texts: dict[str, str] | None, language: Language) -> str | None:
    said = text_in(texts, language)
    return said and quoted(placeholder, said)
