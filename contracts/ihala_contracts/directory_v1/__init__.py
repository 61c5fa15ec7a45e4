"""Events of directory: organisations and services, and the answer to every request for a place."""

from ihala_contracts.directory_v1.base import (
    TOPIC,
    Criterion,
    SealingKeyPublished,
)
from ihala_contracts.directory_v1.joining import (
    ApplicationChecked,
    ApplicationRefused,
    ApplicationReturned,
    OrganizationApplied,
    OrganizationChecked,
    ProposalDecided,
    ProposalMade,
)
from ihala_contracts.directory_v1.organizations import (
    AgreementExpired,
    AgreementExpiring,
    OrganizationJoined,
    OrganizationLeft,
    OrganizationReinstated,
    OrganizationSuspended,
)
from ihala_contracts.directory_v1.places import (
    NoPlaceFound,
    PlaceReleased,
    PlaceReserved,
    PlaceTaken,
    PlaceTakeRefused,
    ReservationRevoked,
)
from ihala_contracts.directory_v1.services import (
    CapacityFigureOld,
    RulesetPublished,
    ServiceChanged,
)
from ihala_contracts.envelope import Event

EVENTS: tuple[type[Event], ...] = (
    PlaceReserved, NoPlaceFound, PlaceTaken, PlaceTakeRefused, PlaceReleased, ReservationRevoked, OrganizationJoined,
    OrganizationSuspended, OrganizationReinstated, OrganizationApplied, ApplicationReturned, ApplicationRefused, ApplicationChecked,
    OrganizationLeft, AgreementExpiring, AgreementExpired, ProposalMade, ProposalDecided, ServiceChanged, RulesetPublished,
    CapacityFigureOld, SealingKeyPublished, OrganizationChecked,
)  # fmt: skip

__all__ = [
    "AgreementExpired",
    "AgreementExpiring",
    "ApplicationChecked",
    "ApplicationRefused",
    "ApplicationReturned",
    "CapacityFigureOld",
    "Criterion",
    "EVENTS",
    "NoPlaceFound",
    "OrganizationApplied",
    "OrganizationChecked",
    "OrganizationJoined",
    "OrganizationLeft",
    "OrganizationReinstated",
    "OrganizationSuspended",
    "PlaceReleased",
    "PlaceReserved",
    "PlaceTakeRefused",
    "PlaceTaken",
    "ProposalDecided",
    "ProposalMade",
    "ReservationRevoked",
    "RulesetPublished",
    "SealingKeyPublished",
    "ServiceChanged",
    "TOPIC",
]
