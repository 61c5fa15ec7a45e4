"""What is known of the person when a place is sought: only what rules may use, opened from the seal for one transaction, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WOMAN_STAFF = "woman_staff"  # she chose to be heard by a woman
NO_DOCUMENTS = "no_documents"


@dataclass(frozen=True, slots=True)
class Facts:
    """None: not known. `languages` are those spoken, best first; `requirements` are codes (step_free, woman_staff, …)."""

    age: int | None = None  # years
    sex: str | None = None
    status: str | None = None  # a group of the controlled list
    household_size: int | None = None
    languages: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    documents: tuple[str, ...] | None = None  # codes of those that the person can show

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Facts":
        """Return the facts in `data`; what is missing or of another kind than expected is not known."""
        documents = data.get("documents")
        return cls(
            age=_number(data.get("age")),
            sex=_word(data.get("sex")),
            status=_word(data.get("status")),
            household_size=_number(data.get("household_size")),
            languages=_words(data.get("languages")),
            requirements=_words(data.get("requirements")),
            documents=_words(documents) if isinstance(documents, list | tuple) else None,
        )

    @property
    def access(self) -> frozenset[str]:
        """Return what the place itself must offer: the requirements, less those that other criteria ask."""
        return frozenset(self.requirements) - {WOMAN_STAFF, NO_DOCUMENTS}


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _words(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()
