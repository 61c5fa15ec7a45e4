"""What an organisation of each kind must have before it takes part. Pure.

Who may hear a person's story, or receive what was told, has a data-sharing agreement and says in three languages what it must report by
law ("nothing" is an answer). A community policing forum files concerns without any personal data. An employer is checked by an officer.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from ihala_directory.joining.tables import ApplicationCheck
from ihala_directory.models.joining import ApplicationDraft

TAGS = ("ar", "ckb", "en")
WITHOUT_PERSONAL_DATA = frozenset({"cpf"})
CHECKS: Mapping[str, tuple[str, ...]] = {"private": ("registration", "no_fee", "no_minors", "terms_stated")}
"""What an officer looks at, by kind: its registration; no fee to the worker; nobody under 18; the terms of the work are stated."""
REGISTRATION = "registration"


def missing(draft: ApplicationDraft, passed: Iterable[str], today: date) -> list[str]:
    """Return what is still missing, as codes: `agreement`, `reporting_duty.ckb`, `registration`, `check.no_fee`; in a fixed order."""
    return [*_papers(draft, today), *(f"check.{code}" for code in CHECKS.get(draft.kind, ()) if code not in set(passed))]


def newest(checks: Iterable[ApplicationCheck], registration: str | None) -> dict[str, bool]:
    """Return how each code was found last, of the registration how this number was; `checks` come in their order."""
    return {check.code: check.passed for check in checks if check.code != REGISTRATION or check.registration == registration}


def failed(kind: str, found: Mapping[str, bool]) -> list[str]:
    """Return what was found wanting at an organisation of this kind; what nobody looked at is not among it."""
    return [code for code in CHECKS.get(kind, ()) if not found.get(code, True)]


def unchecked(before: tuple[str, str | None], after: tuple[str, str | None], found: Mapping[str, bool]) -> list[str]:
    """Return what must be looked at before the kind and registration of who takes part change so; nothing where they stay."""
    (kind, registration), wanted = after, CHECKS.get(after[0], ())
    if before == after:
        return []
    if before[0] == kind:
        wanted = tuple(code for code in wanted if code == REGISTRATION)
    return [code for code in wanted if not found.get(code) or (code == REGISTRATION and not registration)]


def _papers(draft: ApplicationDraft, today: date) -> Iterable[str]:
    if draft.kind not in WITHOUT_PERSONAL_DATA:
        if draft.agreement is None or draft.agreement.until < today:
            yield "agreement"
        yield from (f"reporting_duty.{tag}" for tag in TAGS if tag not in draft.reporting_duty)
    if draft.kind == "private" and not draft.registration:
        yield "registration"
