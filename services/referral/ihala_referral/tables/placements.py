"""The search for a place: placements, the questions to the directory, and what is not asked again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity, Urgency
from sqlalchemy import Boolean, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from ihala_referral.columns import AT, OneOf, Table, counted, listed, maybe, needed
from ihala_referral.states import AttemptState, Owner, PlacementState


class Placement(Table, table=True):
    """The one record a need has here, through all its attempts. Locked before any of its referrals."""

    __tablename__ = "placement"

    id: UUID = needed(Uuid, "placement", primary_key=True)
    need_id: UUID = needed(Uuid, "intake's need; one placement each")
    case_id: UUID = needed(Uuid, "intake's case")
    earlier_cases: list[UUID] = listed(Uuid, "others of its person, that nobody they were parted from is asked; never for restricted")
    reference: str = needed(Text, "the need's short reference, as people read it")
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    origin_id: UUID = needed(Uuid, "the organisation that asked")
    origin_kind: str = needed(Text, "its kind: rgc, hlp, nngo, …")
    need_code: str = needed(Text, "code of the controlled list; `protection` for every restricted need")
    sensitivity: Sensitivity = needed(OneOf(Sensitivity), "standard, protected or restricted")
    urgency: Urgency = needed(OneOf(Urgency), "emergency, urgent or routine")
    rank: int = needed(SmallInteger, "0 emergency, 1 urgent, 2 routine: the order of retries")
    governorate: str = needed(Text, "P-code")
    district: str | None = maybe(Text, "P-code")
    match_settled: bool = needed(Boolean, "intake is sure which person this is")
    consent_given: bool = needed(Boolean, "the newest revision allows passing on")
    consent_id: UUID = needed(Uuid, "the consent behind the need")
    consent_revision: int = needed(Integer, "its newest revision")
    consent_until: datetime = needed(AT, "end of the consent")
    asked_consent_id: UUID | None = maybe(Uuid, "the consent under which the last offer was made")
    asked_revision: int | None = maybe(Integer, "its revision then: for a restricted need the next offer needs another one")
    recipients: list[UUID] = listed(Uuid, "organisations the consent names; empty: any provider")
    objections: list[UUID] = listed(Uuid, "organisations the person refused")
    categories: list[str] = listed(Text, "categories of data the consent covers")
    facts: bytes | None = maybe(LargeBinary, "what matching needs, sealed under the need's key; never for restricted")
    state: PlacementState = needed(OneOf(PlacementState), "see lifecycle.py")
    state_at: datetime = needed(AT, "since when")
    triage_reasons: list[str] = listed(Text, "why a human decides")
    policy_version: int = needed(Integer, "the clock policy it began with and keeps")
    requested_at: datetime = needed(AT, "the need's first clock: never changes")
    emergency_at: datetime | None = maybe(AT, "when it became an emergency after it was requested; empty: it was one then, or is none")
    changed_at: datetime | None = maybe(AT, "when intake last corrected the need")
    attempt: int = counted("number of the last question to the directory")
    offers: int = counted("offers since a human last decided")
    preferred_reservation_id: UUID | None = maybe(Uuid, "an officer's own reservation, until it is asked for")
    preferred_location_id: UUID | None = maybe(Uuid, "service at a location to ask first, once more after a contact check")
    replaces_id: UUID | None = maybe(Uuid, "the ended referral that the next offer replaces")
    failing: list[str] = listed(Text, "criteria that failed everywhere, when unserved")
    owner: Owner | None = maybe(OneOf(Owner), "whose turn it is; empty when ended")
    due_at: datetime | None = maybe(AT, "the placement's own next instant")
    level: int = counted("how often its own deadline was missed in this state")
    next_at: datetime | None = maybe(AT, "the earliest instant of it and of its open referrals; empty when ended")
    end_reason: str | None = maybe(Text, "why it ended")
    route: str | None = maybe(Text, "out_of_competence: where the origin should turn")
    ended_at: datetime | None = maybe(AT, "when it ended")
    officer: str | None = maybe(Text, "who works on it at the owning office, opaque")
    version: int = counted("for If-Match", 1)

    @property
    def contact_from(self) -> datetime:
        """Return when an emergency's first contact began to be owed: with the request, or when it became one."""
        return self.emergency_at or self.requested_at


class Attempt(Table, table=True):
    """One question to the directory, and its one answer."""

    __tablename__ = "attempt"

    placement_id: UUID = needed(Uuid, "placement", of="placement", primary_key=True)
    attempt: int = needed(Integer, "number, from 1", primary_key=True)
    need_id: UUID = needed(Uuid, "intake's need")
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    state: AttemptState = needed(OneOf(AttemptState), "see states.py")
    preferred_reservation_id: UUID | None = maybe(Uuid, "an officer's own reservation")
    preferred_location_id: UUID | None = maybe(Uuid, "service at a location that is asked first")
    requested_at: datetime = needed(AT, "when it was asked")
    answered_at: datetime | None = maybe(AT, "when directory answered")
    reservation_id: UUID | None = maybe(Uuid, "the place that was held")
    organization_id: UUID | None = maybe(Uuid, "whose place it is")
    explanation: list[dict[str, Any]] = needed(JSONB, "criteria with pass, fail, unknown; no value of the person")
    held: dict[str, Any] | None = maybe(JSONB, "the answer itself while its organisation is not known yet")


class Exclusion(Table, table=True):
    """A service at a location that is not asked again for this need."""

    __tablename__ = "exclusion"

    placement_id: UUID = needed(Uuid, "placement", of="placement", primary_key=True)
    service_at_location_id: UUID = needed(Uuid, "directory's service at one location", primary_key=True)
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    active: bool = needed(Boolean, "false: it may be asked once more, after a contact check")
    reason: str = needed(Text, "code: why")
    at: datetime = needed(AT, "since when")


class BarredPair(Table, table=True):
    """A case and an organisation that are not brought together again."""

    __tablename__ = "barred_pair"

    case_id: UUID = needed(Uuid, "intake's case", primary_key=True)
    organization_id: UUID = needed(Uuid, "organisation", primary_key=True)
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    reason: str = needed(Text, "code: why")
    review_at: datetime = needed(AT, "when a human looks at it again")
