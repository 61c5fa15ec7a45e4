"""HTTP bodies, version 1: what is asked."""

from typing import Annotated, Literal
from uuid import UUID

from ihala_contracts.referral_v1 import Outcome as SentOutcome
from ihala_kit.bodies import Sent
from ihala_kit.instants import Instant
from pydantic import Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
DottedCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,63}(\.[a-z0-9_]{1,63})?$")]
GOVERNORATE = "IQ(G[0-9]{2}|-HALABJA)"  # P-codes, and the one governorate that has none
Governorate = Annotated[str, StringConstraints(pattern=f"^{GOVERNORATE}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
SPOKEN = "needed, but of a restricted referral it is said by voice and nothing is written"


class Body(Sent):
    """Base of what is sent here: nothing but what is named."""


class Nothing(Body):
    """A move that needs no words."""


class Decline(Body):
    """Why not. `reason` is a code of GET /v1/reasons for `decline` or `release`."""

    reason: Code
    criterion: Code | None = Field(default=None, description="not_eligible: the rule that is not met")
    comment: Text | None = None


class Question(Body):
    """What the receiver must know to decide. No names, no contact: both sides know the referral by its reference."""

    text: Text | None = Field(default=None, description=SPOKEN)


class Answer(Body):
    """The answer, inside the consent."""

    text: Text | None = Field(default=None, description=SPOKEN)
    categories: list[Code] = Field(default=[], max_length=20, description="kinds of data in it; outside the consent: 409")


class Waitlisting(Body):
    """On the receiver's own list."""

    person_agreed: bool
    review_at: Instant = Field(description="when the list is looked at again, at most 30 days ahead")


class Start(Body):
    """The first contact."""

    first_contact_at: Instant | None = Field(default=None, description="now, if not given")


class Failure(Body):
    """Why it could not be done. `unreachable` needs tries that were logged on three days (restricted: one, then through the origin)."""

    reason: Code
    comment: Text | None = None


class Hold(Body):
    """Why the service rests, and until when."""

    reason: Code
    resume_by: Instant


class Outcome(Body):
    """What came of one thing asked."""

    item: DottedCode
    result: Literal["met", "partly_met", "not_met"]

    def sent(self) -> SentOutcome:
        """Return it as events carry it."""
        return SentOutcome(item=self.item, result=self.result)


class Completion(Body):
    """An outcome for each thing asked."""

    outcomes: list[Outcome] = Field(min_length=1, max_length=50)


class Cancellation(Body):
    """Why it is taken back."""

    reason: Code
    comment: Text | None = None
    preferred_reservation_id: UUID | None = Field(default=None, description="the place that was reserved instead: it is asked for next")


class Placing(Body):
    """Ask for a place, at a reserved one if it is named; a need that was unclear may get its code."""

    preferred_reservation_id: UUID | None = None
    need_code: DottedCode | None = None


class Rejection(Body):
    """Why it is not placed. `route`: the kind of office or the service that is the right one."""

    reason: Code
    route: DottedCode | None = Field(default=None, description="else the one that is proposed for the need")
