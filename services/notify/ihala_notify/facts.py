"""What a text may speak of: facts by the placeholders' names. Pure."""

from typing import Any, Protocol

from ihala_notify.laying import Fact
from ihala_notify.wording import Language, text_in


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
    """Return the facts in one language; None where one is not known."""
    return {
        **(known.given or {}),
        "reference": known.reference,
        "phone": known.operator_phone,
        "organization": text_in(known.organization_names, language),
        "organization_phone": known.organization_phone,
        "address": text_in(known.address, language),
        "hours": text_in(known.opening_hours, language),
        "documents": text_in(known.documents_to_bring, language),
    }
