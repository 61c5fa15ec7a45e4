"""What is sent in the tests: a household of returnees in Telafar, and the moves of referrals about their needs."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

from ihala_contracts import referral_v1 as r
from ihala_contracts.directory_v1 import OrganizationJoined, OrganizationLeft, OrganizationReinstated, OrganizationSuspended
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import Urgency

from tests.intake.actors import MOMD, PROVIDER, Actor

NAMES = ("أم يوسف", "زينب", "خضر", "إلياس", "العفري", "شيرين", "يوسف", "Zaynab Khidir")
PHONE = "07701234567"
PHONES = ("07701234567", "+9647701234567", "9647701234567", "7701234567")
NOTE = "البيت مسكون من قبل عائلة أخرى"
OFFICER_NAME = "Officer Hassan Al-Jubouri"
SECRETS = (*NAMES, *PHONES, NOTE, OFFICER_NAME, "HLP-2025-0815", "IQG15Q08N01")
EVERYTHING = ["identity", "contact", "place", "household", "status", "requirements", "needs"]

E = TypeVar("E", bound=Event)


def consent(**changes: Any) -> dict[str, Any]:
    return {
        "given": True, "purpose": "referral", "recipients": [], "objections": [], "categories": ["identity", "contact", "household"],
        "language": "ar", "how": "spoken", "recorded_by": OFFICER_NAME, **changes,
    }  # fmt: skip


def person(**changes: Any) -> dict[str, Any]:
    return {
        "call_name": "أم يوسف", "given_name": "زينب", "father_name": "خضر", "grandfather_name": "إلياس", "family_name": "العفري",
        "mother_name": "شيرين", "sex": "female", "birth_year": 1987, "status": "group.returnee_idp", "place": "IQG15Q08N01",
        "language_spoken": "tk", "language_written": "ar", "reads": "yes", "requirements": ["ground_floor"],
        "phones": [{"number": PHONE, "safe_to_call": True, "safe_to_message": True, "shared": False, "owner": "own"}], **changes,
    }  # fmt: skip


def need(code: str = "housing.hlp", urgency: str = "routine", **more: Any) -> dict[str, Any]:
    return {"code": code, "urgency": urgency, **more}


def request(*needs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the body of a request; its number is new each time unless given."""
    return {
        "identifiers": [{"system": "moi.hlp", "value": f"HLP-2025-0815-{uuid4()}"}],
        "person": person(),
        "household": {"size": 5, "members": [{"call_name": "يوسف", "role": "child", "sex": "male", "birth_year": 2014}]},
        "consent": consent(),
        "needs": list(needs) or [need(note=NOTE), need("education.enrolment")],
        **changes,
    }


def referral_event(kind: type[E], need_id: UUID, referral_id: UUID, receiver: Actor = PROVIDER, **more: Any) -> E:
    """Return one move of a referral."""
    known: dict[str, Any] = {
        "need_id": need_id, "placement_id": uuid4(), "referral_id": referral_id, "organization_id": receiver.organization_id,
        "origin_id": uuid4(), "operator_id": MOMD, "restricted": False, "attempt": 1, "state": "x", "referral_version": 1,
        "moved_at": datetime.now(UTC), "service_id": uuid4(), "service_at_location_id": uuid4(), "urgency": Urgency.ROUTINE,
        "governorate": "IQG15", "deadlines": r.Deadlines(), "first_contact_by": datetime.now(UTC) + timedelta(days=3),
        "reason": "no_capacity", "outcomes": [],
    }  # fmt: skip
    return kind(**{name: value for name, value in (known | more).items() if name in kind.model_fields})


def outcome(result: Literal["met", "partly_met", "not_met"]) -> list[r.Outcome]:
    return [r.Outcome(item="housing.hlp", result=result)]


def joined(organization_id: UUID, operator_id: UUID = MOMD) -> OrganizationJoined:
    """Return what the directory says of an organisation."""
    return OrganizationJoined(organization_id=organization_id, kind="nngo", names={}, operator_id=operator_id, joined_at=datetime.now(UTC))


def suspended(organization_id: UUID) -> OrganizationSuspended:
    return OrganizationSuspended(organization_id=organization_id, reason="agreement", suspended_at=datetime.now(UTC))


def left(organization_id: UUID) -> OrganizationLeft:
    return OrganizationLeft(organization_id=organization_id, reason="own_request", left_at=datetime.now(UTC))


def reinstated(organization_id: UUID) -> OrganizationReinstated:
    return OrganizationReinstated(organization_id=organization_id, reinstated_at=datetime.now(UTC))
