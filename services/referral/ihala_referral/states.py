"""The words of the life cycle: states, acts, parties."""

from enum import StrEnum


class PlacementState(StrEnum):
    """Where the search for a place stands."""

    TRIAGE = "triage"
    PLACING = "placing"
    OFFERING = "offering"
    PLACED = "placed"
    UNSERVED = "unserved"
    ENDED = "ended"


class Step(StrEnum):
    """What can happen to a placement."""

    PLACE = "place"
    REJECT = "reject"
    OFFER = "offer"
    NONE_FOUND = "none_found"
    ACCEPT = "accept"
    NEXT = "next"
    TRIAGE = "triage"
    END = "end"
    REOPEN = "reopen"


class State(StrEnum):
    """Where one attempt stands."""

    OFFERED = "offered"
    ACKNOWLEDGED = "acknowledged"
    INFO_REQUESTED = "info_requested"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    IN_SERVICE = "in_service"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    FAILED = "failed"
    ENTERED_IN_ERROR = "entered_in_error"


class Act(StrEnum):
    """What can be done with one attempt."""

    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    DECLINE = "decline"
    ASK = "ask"
    ANSWER = "answer"
    WAITLIST = "waitlist"
    START = "start"
    RELEASE = "release"
    FAIL = "fail"
    HOLD = "hold"
    RESUME = "resume"
    REVIEW = "review"
    COMPLETE = "complete"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REDACT = "redact"


class Party(StrEnum):
    """Who acts: O, C, P, B, D and S of the domain."""

    ORIGIN = "origin"
    COORDINATOR = "coordinator"
    PROVIDER = "provider"
    PERSON = "person"
    DPO = "dpo"
    SYSTEM = "system"


class Owner(StrEnum):
    """Whose turn it is."""

    COORDINATOR = "coordinator"
    DIRECTORY = "directory"
    PROVIDER = "provider"
    ORIGIN = "origin"


class AttemptState(StrEnum):
    """What became of one question to the directory."""

    WAITING = "waiting"  # directory's sealing key is not known yet
    REQUESTED = "requested"
    HELD = "held"  # answered, but the organisation is not known yet
    RESERVED = "reserved"
    NONE = "none"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Unfit(StrEnum):
    """Why a receiver for which directory held a place may not be asked, as referral knows it."""

    SUSPENDED = "organization_suspended"
    NOT_CLEARED = "organization_not_cleared"
    NO_AGREEMENT = "agreement_ended"
    PARTED = "parted"  # by an attempt that ended after the question was asked
    CONSENT = "consent"


UNDECIDED = frozenset({State.OFFERED, State.ACKNOWLEDGED, State.INFO_REQUESTED, State.WAITLISTED})
TAKEN = frozenset({State.ACCEPTED, State.IN_SERVICE, State.ON_HOLD})
OPEN = UNDECIDED | TAKEN
ENDED = frozenset(State) - OPEN
OUTSTANDING = frozenset({AttemptState.WAITING, AttemptState.REQUESTED, AttemptState.HELD})
