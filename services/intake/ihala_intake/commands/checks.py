"""What a request is held against beyond its form, before anything is stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.problems import MalformedRequest
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, minors, person_rules
from ihala_intake.consent_rules import LONGEST, is_for
from ihala_intake.details import PersonDetails
from ihala_intake.errors import ConsentMissing, IdentityHeldByOrigin, OperatorUnknown, UnknownNeedCode, UnknownPlace
from ihala_intake.errors_consents import ConsentDoesNotCover
from ihala_intake.models.consents import ConsentIn
from ihala_intake.models.persons import MemberIn, Said
from ihala_intake.models.requests import RequestIn
from ihala_intake.store import OPERATOR
from ihala_intake.tables import Organization

CLOCKS_DIFFER_BY = timedelta(hours=1)
_ORDER = (Sensitivity.STANDARD, Sensitivity.PROTECTED, Sensitivity.RESTRICTED)


async def operator_of(tx: AsyncSession, caller: Caller) -> UUID:
    """Return the operator that looks after what the caller brings: its token's, else the directory's word. Raises OperatorUnknown (422)."""
    if caller.organization_kind == OPERATOR:
        return caller.organization_id
    if caller.operator_id is not None:
        return caller.operator_id
    organization = await tx.get(Organization, caller.organization_id)
    if organization is None or organization.operator_id is None:
        raise OperatorUnknown()
    return organization.operator_id


def check_request(body: RequestIn, at: datetime) -> None:
    """Raise what is wrong with a request: MalformedRequest, ConsentMissing, ConsentDoesNotCover, IdentityHeldByOrigin
    (422)."""
    members = body.household.members if body.household else []
    if not body.needs and body.helped_on_the_spot is None and not any(member.needs for member in members):
        raise malformed("#/needs", "too_short")
    if body.needs and body.consent is None:
        raise ConsentMissing(pointer="#/consent")
    if body.consent is not None:
        check_consent(body.consent, at, "#/consent")
        check_covers(body.consent, [need.code for need in body.needs], "#")
    if body.helped_on_the_spot is not None and body.helped_on_the_spot.at > at + CLOCKS_DIFFER_BY:
        raise malformed("#/helped_on_the_spot/at", "in_the_future")
    check_said(body.person, at, "#/person")
    for n, member in enumerate(members):
        _check_member(member, at, f"#/household/members/{n}")
    _check_holder(body)


def check_consent(consent: ConsentIn, at: datetime, pointer: str) -> None:
    """Raise ConsentMissing or MalformedRequest (422) for one that was given for nothing, or for no time."""
    if consent.given and not consent.categories:
        raise ConsentMissing(pointer=f"{pointer}/categories")
    check_until(consent.until, at, f"{pointer}/until")


def check_covers(consent: ConsentIn, needs: Sequence[str], pointer: str) -> None:
    """Raise ConsentDoesNotCover (422) for the first need that the consent is not for. A refusal is for all of them."""
    for n, code in enumerate(needs):
        if consent.given and not is_for(consent.needs, code):
            raise ConsentDoesNotCover(pointer=f"{pointer}/needs/{n}")


def check_until(until: datetime | None, at: datetime, pointer: str) -> None:
    """Raise MalformedRequest (422) for a last day that is over, or too far away."""
    if until is not None and until <= at:
        raise malformed(pointer, "in_the_past")
    if until is not None and until > at + LONGEST:
        raise malformed(pointer, "too_far")


def check_speakers(consent: ConsentIn, person: PersonDetails, at: datetime, pointer: str) -> None:
    """Raise MalformedRequest (422) when somebody speaks for an adult, or a child who can be asked was not."""
    child = minors.minor(person, at, spoken_for=consent.is_spoken_for)
    if child is None and consent.guardian is not None:
        raise malformed(f"{pointer}/guardian", "guardian_of_an_adult")
    if child is None and consent.assent is not None:
        raise malformed(f"{pointer}/assent", "assent_of_an_adult")
    if child is not None and consent.assent == "too_young" and child.age >= minors.ASSENT_FROM_YEARS:
        raise malformed(f"{pointer}/assent", "old_enough_to_be_asked")
    if child is not None and child.alone and consent.guardian is not None:
        raise malformed(f"{pointer}/guardian", "guardian_is_unsafe")


def check_said(said: Said, at: datetime, pointer: str) -> None:
    """Raise UnknownPlace or MalformedRequest (422) for what is said of a person and cannot be."""
    for name, code in person_rules.wrong_with(said, at):
        raise UnknownPlace(pointer=f"{pointer}/{name}") if code == "unknown_place" else malformed(f"{pointer}/{name}", code)


def _check_member(member: MemberIn, at: datetime, pointer: str) -> None:
    """Nobody agrees for another: a member's needs come with a consent of the member's own. A minor who stands alone needs something."""
    check_said(member, at, pointer)
    if member.needs and member.consent is None:
        raise ConsentMissing(pointer=f"{pointer}/consent")
    if not member.needs and (member.consent is not None or person_rules.stands_alone(member)):
        raise malformed(f"{pointer}/needs", "too_short")
    if member.consent is not None:
        check_consent(member.consent, at, f"{pointer}/consent")
        check_covers(member.consent, [need.code for need in member.needs], pointer)


def checked_place(code: str, pointer: str) -> codes.Place:
    """Return the place of a P-code; raises UnknownPlace (422)."""
    place = codes.place(code)
    if place is None:
        raise UnknownPlace(pointer=pointer)
    return place


def checked_sensitivity(code: str, raised: Literal["protected", "restricted"] | None, pointer: str) -> Sensitivity:
    """Return how sensitive a need is: what its code says, or what the origin raised it to. Raises UnknownNeedCode (422)."""
    known = codes.sensitivity_of(code)
    if known is None:
        raise UnknownNeedCode(pointer=pointer)
    return max(known, Sensitivity(raised or known), key=_ORDER.index)


def malformed(pointer: str, code: str) -> MalformedRequest:
    """Return the refusal of one field."""
    return MalformedRequest(errors=[{"pointer": pointer, "code": code}])


def _check_holder(body: RequestIn) -> None:
    if body.identity_held_by == "origin" and person_rules.names_somebody(body.person):
        raise IdentityHeldByOrigin(pointer="#/person")
    if body.identity_held_by == "origin" and body.household is not None and body.household.members:
        raise IdentityHeldByOrigin(pointer="#/household/members")
    if body.identity_held_by == "intake" and body.focal_point is not None:
        raise malformed("#/focal_point", "identity_held_by_intake")
