"""What a consent allows: pure. A consent is a lock of purpose, recipients, categories and a last day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

LASTS_UNLESS_SAID = timedelta(days=365)
LONGEST = timedelta(days=5 * 365)
ACKNOWLEDGE_WITHIN = timedelta(hours=72)

Refusal = Literal["withdrawn", "consent_too_narrow", "need_closed"]


class Category(StrEnum):
    """Kinds of data about a person; a consent names those that may be passed on."""

    IDENTITY = "identity"  # names, sex, birth
    CONTACT = "contact"  # phones, other ways, whom to ask for them, a minor's guardian, languages
    PLACE = "place"  # where the person is, with the address
    HOUSEHOLD = "household"  # its size and members
    STATUS = "status"  # returnee, displaced, host …, and the way that led here
    REQUIREMENTS = "requirements"  # what the person needs to be able to come
    NEEDS = "needs"  # what was written down about the need
    DOCUMENTS = "documents"  # which papers, and their numbers
    DISABILITIES = "disabilities"  # what is difficult, by the Washington Group's short set
    FILES = "files"  # pictures and papers themselves, as far as they go with the need


EMPLOYER = "private"  # directory's kind


@dataclass(frozen=True)
class Allowed:
    """What the newest revision says."""

    given: bool
    restricted: bool
    recipients: Collection[UUID]
    objections: Collection[UUID]
    categories: Collection[str]
    until: datetime

    def covers(self, organization_id: UUID, at: datetime) -> bool:
        """Tell whether this receiver may read something now. A restricted consent covers only whom it names."""
        if not self.given or at >= self.until or not self.categories or organization_id in self.objections:
            return False
        return organization_id in self.recipients or not (self.recipients or self.restricted)


def told_to(kind: str, categories: Collection[str]) -> set[str]:
    """Return what of these categories a receiver of this kind may read: an employer sees no displacement or return. Domain, section 10."""
    return set(categories) - ({Category.STATUS} if kind == EMPLOYER else set())


def is_for(codes: Collection[str], need_code: str) -> bool:
    """Tell whether a consent that names `codes` is for a need: by its code, or by the group it belongs to. No code means all."""
    return not codes or need_code in codes or need_code.partition(".")[0] in codes


def refusal(allowed: Allowed, organization_id: UUID, at: datetime, *, need_closed: bool, withdrawn: bool) -> Refusal | None:
    """Return why the receiver may not read, or None. The person's word comes before everything else."""
    if withdrawn:
        return "withdrawn"
    if need_closed:
        return "need_closed"
    return None if allowed.covers(organization_id, at) else "consent_too_narrow"


def acknowledge_by(reason: str, closed_at: datetime) -> datetime | None:
    """Return until when a receiver says that it deleted, or on which basis it keeps; None where it is not asked.

    When the time after a finished service is simply over, what the receiver wrote about its own service is its own record.
    """
    return None if reason == "period_over" else closed_at + ACKNOWLEDGE_WITHIN
