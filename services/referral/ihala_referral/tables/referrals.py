"""One attempt with one receiver, every move, and what receiver and origin asked each other."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from sqlalchemy import Boolean, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from ihala_referral.columns import AT, OneOf, Table, counted, flag, listed, maybe, needed
from ihala_referral.states import TAKEN, Owner, Party, State

_MOST_URGENT_FIRST = tuple(Urgency)


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
    urgency: Urgency = needed(OneOf(Urgency), "as it was when offered: until it is accepted its clocks follow it")
    governorate: str = needed(Text, "P-code")
    district: str | None = maybe(Text, "P-code, only if the service is bound to one")
    attributes: list[str] = listed(Text, "names of what the service's rules use")
    shown: bytes | None = maybe(LargeBinary, "age band and attributes the receiver may see, sealed under the need's key")
    allows_waitlist: bool = needed(Boolean, "the service keeps a waiting list")
    need_changed: bool = needed(Boolean, "intake corrected the need after this was offered")
    need_urgency: Urgency | None = maybe(OneOf(Urgency), "as it was corrected while this was offered; empty: as it was when offered")
    need_governorate: str | None = maybe(Text, "P-code, likewise")
    state: State = needed(OneOf(State), "see lifecycle.py")
    owner: Owner | None = maybe(OneOf(Owner), "whose turn it is; empty when ended")
    next_at: datetime | None = maybe(AT, "the next instant of its clock; empty when ended")
    fired: list[str] = listed(Text, "instants of this clock that were dealt with")
    near_at: datetime | None = maybe(AT, "when it is told that a deadline comes near; empty when nothing is to be told")
    near_told: list[str] = listed(Text, "deadlines of which that was told")
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
    rests: list[datetime] = listed(AT, "when the decision clock began to rest and went on, in turn")
    answer_by: datetime | None = maybe(AT, "deadline of the open question")
    service_policy: int | None = maybe(Integer, "version of the service's own deadlines that it keeps; empty: the policy's")
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
    ways: list[str] = listed(Text, "ways by which the person may be reached, as intake told at the disclosure; empty: all")
    tries: list[dict[str, Any]] | None = maybe(JSONB, "unreachable: when and which way was tried")
    outcomes: list[dict[str, Any]] | None = maybe(JSONB, "what came of each thing asked")
    receiver_officer: str | None = maybe(Text, "who works on it at the receiver, opaque; the other sides never see it")
    office_officer: str | None = maybe(Text, "who works on it at the owning office, opaque")
    origin_officer: str | None = maybe(Text, "who works on it at whoever acts as origin, opaque")
    origin_away: bool = flag("the origin was suspended or left: the owning office acts as origin")
    version: int = counted("for If-Match", 1)

    @property
    def urgency_told(self) -> Urgency:
        """Return how urgent the need is as the receiver is told."""
        return self.need_urgency or self.urgency

    @property
    def urgency_counted(self) -> Urgency:
        """Return by which urgency its clock counts: as it was offered, and from the acceptance on as the receiver was told before it."""
        return self.urgency_told if self.state in TAKEN else self.urgency

    @property
    def hurried(self) -> bool:
        """Tell whether the need became more urgent while this was offered by slower terms."""
        return _MOST_URGENT_FIRST.index(self.urgency_told) < _MOST_URGENT_FIRST.index(self.urgency)

    @property
    def governorate_told(self) -> str:
        """Return where the need is as the receiver is told."""
        return self.need_governorate or self.governorate


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
    version: int | None = maybe(Integer, "of the referral, or of the placement, after it")
    receiver_id: UUID | None = maybe(Uuid, "receiver of the referral, who may read of it")
    origin_id: UUID | None = maybe(Uuid, "origin of the referral, if it may read of it: no centre of the Ministry of Interior")


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
