"""The answer to every request for a place, and what becomes of the place."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.directory_v1.base import Criterion, NeedEvent


class PlaceReserved(NeedEvent):
    """One place is held for one attempt: the only positive answer to a PlacementRequested. Read by referral."""

    type: Literal["org.ihala.directory.place-reserved"] = "org.ihala.directory.place-reserved"
    version: Literal[1] = 1
    placement_id: UUID
    attempt: int
    reservation_id: UUID
    service_id: UUID
    service_at_location_id: UUID
    organization_id: UUID
    organization_kind: str
    service_name: dict[str, str]  # BCP 47 tag → public name
    governorate: str
    district: str | None = None  # only if the service is bound to one
    rank: int = 1
    explanation: list[Criterion]
    disclosed_attributes: list[str] = []  # the attributes that the service's rules use
    allows_waitlist: bool = False
    reserved_at: datetime


class NoPlaceFound(NeedEvent):
    """Nobody can take it now; `failing` names what failed everywhere. Read by referral."""

    type: Literal["org.ihala.directory.no-place-found"] = "org.ihala.directory.no-place-found"
    version: Literal[1] = 1
    placement_id: UUID
    attempt: int
    failing: list[Criterion]
    candidates: int
    answered_at: datetime


class PlaceTaken(NeedEvent):
    """The accepted referral has its place. Read by referral."""

    type: Literal["org.ihala.directory.place-taken"] = "org.ihala.directory.place-taken"
    version: Literal[1] = 1
    referral_id: UUID
    reservation_id: UUID
    taken_at: datetime


class PlaceTakeRefused(NeedEvent):
    """The place was no longer there at acceptance: nobody's fault. Read by referral: failed as place_lost."""

    type: Literal["org.ihala.directory.place-take-refused"] = "org.ihala.directory.place-take-refused"
    version: Literal[1] = 1
    referral_id: UUID
    reservation_id: UUID | None = None
    reason: Literal["revoked", "released", "full", "suspended"]
    refused_at: datetime


class PlaceReleased(NeedEvent):
    """A held or taken place is free again."""

    type: Literal["org.ihala.directory.place-released"] = "org.ihala.directory.place-released"
    version: Literal[1] = 1
    reservation_id: UUID
    referral_id: UUID | None = None
    reason: str
    released_at: datetime


class ReservationRevoked(NeedEvent):
    """The directory took the place back (suspended organisation, closed service). Read by referral: the offer fails, next placement."""

    type: Literal["org.ihala.directory.reservation-revoked"] = "org.ihala.directory.reservation-revoked"
    version: Literal[1] = 1
    reservation_id: UUID
    placement_id: UUID
    attempt: int
    reason: Literal["suspended", "service_closed"]
    revoked_at: datetime
