"""What an organisation of each kind must have before it takes part. Pure.

Who may hear a person's story, or receive what was told, has a data-sharing agreement and says in three languages what it must report by
law ("nothing" is an answer). A community policing forum files concerns without any personal data. An employer is checked by an officer.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from ihala_directory.models.joining import ApplicationDraft

TAGS = ("ar", "ckb", "en")
WITHOUT_PERSONAL_DATA = frozenset({"cpf"})
CHECKS: Mapping[str, tuple[str, ...]] = {"private": ("registration", "no_fee", "no_minors", "terms_stated")}
"""What an officer looks at, by kind: its registration; no fee to the worker; nobody under 18; the terms of the work are stated."""


def missing(draft: ApplicationDraft, passed: Iterable[str], today: date) -> list[str]:
    """Return what is still missing, as codes: `agreement`, `reporting_duty.ckb`, `registration`, `check.no_fee`; in a fixed order."""
    return [*_papers(draft, today), *(f"check.{code}" for code in CHECKS.get(draft.kind, ()) if code not in set(passed))]


def _papers(draft: ApplicationDraft, today: date) -> Iterable[str]:
    if draft.kind not in WITHOUT_PERSONAL_DATA:
        if draft.agreement is None or draft.agreement.until < today:
            yield "agreement"
        yield from (f"reporting_duty.{tag}" for tag in TAGS if tag not in draft.reporting_duty)
    if draft.kind == "private" and not draft.registration:
        yield "registration"
