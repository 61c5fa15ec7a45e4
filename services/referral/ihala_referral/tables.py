"""Referral's tables, and what each column means. Tables do not validate: contracts and HTTP models do."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity, Urgency
from sqlalchemy import Boolean, Date, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from ihala_referral.columns import AT, OneOf, Table, counted, listed, maybe, needed
from ihala_referral.states import AttemptState, Owner, Party, PlacementState, State


class Placement(Table, table=True):
    """The one record a need has here, through all its attempts. Locked before any of its referrals."""

    __tablename__ = "placement"

    id: UUID = needed(Uuid, "placement", primary_key=True)
    need_id: UUID = needed(Uuid, "intake's need; one placement each")
    case_id: UUID = needed(Uuid, "intake's case")
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
    recipients: list[UUID] = listed(Uuid, "organisations the consent names; empty: any provider")
    objections: list[UUID] = listed(Uuid, "organisations the person refused")
    categories: list[str] = listed(Text, "categories of data the consent covers")
    facts: bytes | None = maybe(LargeBinary, "what matching needs, sealed under the need's key; never for restricted")
    state: PlacementState = needed(OneOf(PlacementState), "see lifecycle.py")
    state_at: datetime = needed(AT, "since when")
    triage_reasons: list[str] = listed(Text, "why a human decides")
    policy_version: int = needed(Integer, "the clock policy it began with and keeps")
    requested_at: datetime = needed(AT, "the need's first clock: never changes")
    changed_at: datetime | None = maybe(AT, "when intake last corrected the need")
    attempt: int = counted("number of the last question to the directory")
    offers: int = counted("offers since a human last decided")
    preferred_reservation_id: UUID | None = maybe(Uuid, "an officer's own reservation, until it is asked for")
    replaces_id: UUID | None = maybe(Uuid, "the ended referral that the next offer replaces")
    failing: list[str] = listed(Text, "criteria that failed everywhere, when unserved")
    owner: Owner | None = maybe(OneOf(Owner), "whose turn it is; empty when ended")
    due_at: datetime | None = maybe(AT, "the placement's own next instant")
    level: int = counted("how often its own deadline was missed in this state")
    next_at: datetime | None = maybe(AT, "the earliest instant of it and of its open referrals; empty when ended")
    end_reason: str | None = maybe(Text, "why it ended")
    route: str | None = maybe(Text, "out_of_competence: where the origin should turn")
    ended_at: datetime | None = maybe(AT, "when it ended")
    version: int = counted("for If-Match", 1)


class Attempt(Table, table=True):
    """One question to the directory, and its one answer."""

    __tablename__ = "attempt"

    placement_id: UUID = needed(Uuid, "placement", of="placement", primary_key=True)
    attempt: int = needed(Integer, "number, from 1", primary_key=True)
    need_id: UUID = needed(Uuid, "intake's need")
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    state: AttemptState = needed(OneOf(AttemptState), "see states.py")
    preferred_reservation_id: UUID | None = maybe(Uuid, "an officer's own reservation")
    requested_at: datetime = needed(AT, "when it was asked")
    answered_at: datetime | None = maybe(AT, "when directory answered")
    reservation_id: UUID | None = maybe(Uuid, "the place that was held")
    organization_id: UUID | None = maybe(Uuid, "whose place it is")
    explanation: list[dict[str, Any]] = needed(JSONB, "criteria with pass, fail, unknown; no value of the person")
    held: dict[str, Any] | None = maybe(JSONB, "the answer itself while its organisation is not known yet")


class Referral(Table, table=True):
    """One attempt with one receiver: one need, one service at one location. Never re-pointed."""

    __tablename__ = "referral"

    id: UUID = needed(Uuid, "referral", primary_key=True)
    reference: str = needed(Text, "short reference, as people read it")
    placement_id: UUID = needed(Uuid, "placement", of="placement")
    need_id: UUID = needed(Uuid, "intake's need")
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    origin_id: UUID = needed(Uuid, "the organisation that asked")
    origin_kind: str = needed(Text, "its kind")
    organization_id: UUID = needed(Uuid, "the receiver")
    organization_kind: str = needed(Text, "its kind")
    service_id: UUID = needed(Uuid, "directory's service")
    service_at_location_id: UUID = needed(Uuid, "directory's service at one location")
    service_name: dict[str, str] = needed(JSONB, "public names by language tag, as they were when offered")
    reservation_id: UUID | None = maybe(Uuid, "the place held; empty on a waiting list and when revoked")
    attempt: int = needed(Integer, "the question whose answer this is")
    lane: int = needed(SmallInteger, "1, or 2 for the second offer of an emergency")
    replaces: UUID | None = maybe(Uuid, "the ended referral it replaces")
    restricted: bool = needed(Boolean, "for cleared eyes only")
    need_code: str = needed(Text, "as it was when offered; `protection` for every restricted need")
    urgency: Urgency = needed(OneOf(Urgency), "as it was when offered: its clocks follow it")
    governorate: str = needed(Text, "P-code")
    district: str | None = maybe(Text, "P-code, only if the service is bound to one")
    attributes: list[str] = listed(Text, "names of what the service's rules use")
    shown: bytes | None = maybe(LargeBinary, "age band and attributes the receiver may see, sealed under the need's key")
    allows_waitlist: bool = needed(Boolean, "the service keeps a waiting list")
    need_changed: bool = needed(Boolean, "intake corrected the need after this was offered")
    state: State = needed(OneOf(State), "see lifecycle.py")
    owner: Owner | None = maybe(OneOf(Owner), "whose turn it is; empty when ended")
    next_at: datetime | None = maybe(AT, "the next instant of its clock; empty when ended")
    fired: list[str] = listed(Text, "instants of this clock that were dealt with")
    offered_at: datetime = needed(AT, "when it was born")
    moved_at: datetime = needed(AT, "last move")
    acknowledge_by: datetime | None = maybe(AT, "deadline to acknowledge")
    decide_by: datetime | None = maybe(AT, "deadline to decide")
    first_contact_by: datetime | None = maybe(AT, "deadline of the first contact")
    level_1_at: datetime | None = maybe(AT, "first level, of the clock that runs now")
    level_2_at: datetime | None = maybe(AT, "second level")
    level_3_at: datetime | None = maybe(AT, "third level")
    expires_at: datetime | None = maybe(AT, "when the clock ends it: expired while undecided, failed while accepted")
    rested_at: datetime | None = maybe(AT, "since when the decision clock rests")
    answer_by: datetime | None = maybe(AT, "deadline of the open question")
    review_at: datetime | None = maybe(AT, "next review of the waiting list or of the running service")
    resume_by: datetime | None = maybe(AT, "end of the hold")
    rounds: int = counted("questions asked")
    reviews_missed: int = counted("reviews missed in a row")
    accepted_at: datetime | None = maybe(AT, "when it was accepted")
    disclosed_at: datetime | None = maybe(AT, "when intake opened the identity")
    place_taken_at: datetime | None = maybe(AT, "when directory confirmed the place")
    first_contact_at: datetime | None = maybe(AT, "first contact, as the receiver recorded it")
    ended_at: datetime | None = maybe(AT, "when it ended")
    reason: str | None = maybe(Text, "code of reasons.json: why it ended or rests")
    criterion: str | None = maybe(Text, "not_eligible: the rule that was said to fail")
    comment: bytes | None = maybe(LargeBinary, "free text to the reason, sealed under the need's key")
    tries: list[dict[str, Any]] | None = maybe(JSONB, "unreachable: when and which way was tried")
    outcomes: list[dict[str, Any]] | None = maybe(JSONB, "what came of each thing asked")
    version: int = counted("for If-Match", 1)


class Movement(Table, table=True):
    """Who moved what, when: the audit of every move. Never changed."""

    __tablename__ = "movement"

    id: UUID = needed(Uuid, "movement, in order of time", primary_key=True)
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    placement_id: UUID = needed(Uuid, "placement", of="placement")
    referral_id: UUID | None = maybe(Uuid, "referral; empty for a move of the placement itself")
    at: datetime = needed(AT, "domain time")
    act: str = needed(Text, "act or step")
    party: Party = needed(OneOf(Party), "as whom")
    before: str = needed(Text, "state before")
    after: str = needed(Text, "state after")
    reason: str | None = maybe(Text, "code")
    organization_id: UUID | None = maybe(Uuid, "whose client it was; empty for the system")
    client_id: str = needed(Text, "the client, or `system`")
    acting_officer: str | None = maybe(Text, "opaque, as the calling system names its officer")


class Exchange(Table, table=True):
    """One question of a receiver and its answer."""

    __tablename__ = "exchange"

    referral_id: UUID = needed(Uuid, "referral", of="referral", primary_key=True)
    round: int = needed(Integer, "1 or 2", primary_key=True)
    operator_id: UUID = needed(Uuid, "the operator whose office owns the case")
    need_id: UUID = needed(Uuid, "intake's need, whose key seals the texts")
    question: bytes = needed(LargeBinary, "free text, sealed")
    asked_at: datetime = needed(AT, "when it was asked")
    answer: bytes | None = maybe(LargeBinary, "free text, sealed")
    answered_at: datetime | None = maybe(AT, "when it was answered, or its time ran out")


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


class NeedKey(Table, table=True):
    """The key under which everything a need has here in words is sealed. Destroyed with the person."""

    __tablename__ = "need_key"

    need_id: UUID = needed(Uuid, "intake's need", primary_key=True)
    key: bytes | None = maybe(LargeBinary, "wrapped by the master key; empty: destroyed, and none is ever made again")
    destroyed_at: datetime | None = maybe(AT, "when the person was erased")


class WorkItem(Table, table=True):
    """Something a coordinator must look at."""

    __tablename__ = "work_item"

    id: UUID = needed(Uuid, "work item", primary_key=True)
    operator_id: UUID | None = maybe(Uuid, "whose coordinators; empty when no operator is known: shown to all")
    kind: str = needed(Text, "code: what it is about, see work_items.py")
    about_id: UUID = needed(Uuid, "the need, or the key of parked events")
    placement_id: UUID | None = maybe(Uuid, "placement")
    referral_id: UUID | None = maybe(Uuid, "referral")
    restricted: bool = needed(Boolean, "for cleared eyes only")
    urgency: str | None = maybe(Text, "of the need")
    detail: str | None = maybe(Text, "code: a reason or a criterion")
    opened_at: datetime = needed(AT, "since when")
    closed_at: datetime | None = maybe(AT, "until when")


class Organization(Table, table=True):
    """Copy of directory's organisations, from its events."""

    __tablename__ = "organization"

    id: UUID = needed(Uuid, "organisation", primary_key=True)
    kind: str = needed(Text, "rgc, nngo, …; `unknown` until OrganizationJoined came")
    names: dict[str, str] = needed(JSONB, "public names by language tag")
    operator_id: UUID | None = maybe(Uuid, "its operator")
    cleared: bool = needed(Boolean, "may receive restricted needs")
    agreement_until: date | None = maybe(Date, "end of its data-sharing agreement; empty: no end")
    suspended: bool = needed(Boolean, "gets no offers")


class ServiceCopy(Table, table=True):
    """Copy of directory's services, from its events: tells what a change opened."""

    __tablename__ = "service"

    id: UUID = needed(Uuid, "service", primary_key=True)
    organization_id: UUID = needed(Uuid, "whose")
    status: str = needed(Text, "active, paused or closed")
    restricted: bool = needed(Boolean, "for restricted needs")
    need_codes: list[str] = listed(Text, "needs it meets")
    governorates: list[str] = listed(Text, "P-codes it serves")


class Overtaken(Table, table=True):
    """An event that came after what it was about had moved on: recorded and compensated, never parked."""

    __tablename__ = "overtaken"

    event_id: UUID = needed(Uuid, "the event", primary_key=True)
    type: str = needed(Text, "its type")
    need_id: UUID = needed(Uuid, "its need")
    why: str = needed(Text, "code: what had happened before")
    at: datetime = needed(AT, "when it came")
