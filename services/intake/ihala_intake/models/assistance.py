"""Bodies and answers about help that was given."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.giving.rules import Kind, PartState, Reason, State, most_instalments
from ihala_intake.models.base import Answer, Body, Code, Day, Instant, Line, Note, Who

Amount = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=3, examples=["250000"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["IQD"])]
CancelReason = Literal["person_refused", "not_eligible", "funding_ended", "moved", "given_by_another", "entered_in_error", "other"]
DoubleState = Literal["open", "double", "different"]


class ItemIn(Body):
    """A thing, and how many or how much of it."""

    what: Line
    quantity: Amount
    unit: Line | None = None


class InstalmentIn(Body):
    """One part: how much, and when it is due."""

    due_on: Day
    amount: Amount


class AssistanceIn(Body):
    """What a person or household was given or promised: money with its currency, or things.

    Without instalments it counts as given at `given_at`; with them it is promised until each is paid.
    """

    case_id: UUID
    need_id: UUID | None = Field(default=None, description="For which need of the case.")
    step_id: UUID | None = Field(default=None, description="For which step of the case's plan.")
    kind: Kind
    code: Code = Field(description="From the list of needs: what it is for.")
    amount: Amount | None = None
    currency: Currency | None = None
    items: list[ItemIn] = Field(default=[], max_length=50)
    instalments: list[InstalmentIn] = Field(default=[], max_length=most_instalments())
    given_at: Instant | None = None
    note: Note | None = None
    recorded_by: Who

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        money = self.amount is not None and self.currency is not None
        if (self.amount is None) != (self.currency is None) or (self.kind != "in_kind" and not money):
            raise PydanticCustomError("amount_and_currency", "money has an amount and a currency")
        if self.kind == "in_kind" and not self.items:
            raise PydanticCustomError("items_missing", "things are named")
        if bool(self.instalments) == (self.given_at is not None) or (self.instalments and not money):
            raise PydanticCustomError("given_or_instalments", "given at a time, or in instalments")
        return self


class ItemView(Answer):
    """A thing, and how many or how much of it."""

    what: str
    quantity: Decimal
    unit: str | None


class InstalmentView(Answer):
    """One part. `amount` is null once the person was erased."""

    n: int
    due_on: date
    amount: Decimal | None
    state: PartState
    paid_at: datetime | None


class AssistanceView(Answer):
    """What was given. `version` is its ETag. What was sealed is null once the person was erased."""

    assistance_id: UUID
    case_id: UUID
    need_id: UUID | None
    step_id: UUID | None
    organization_id: UUID = Field(description="Who gave it.")
    kind: Kind
    code: str
    sensitivity: Sensitivity
    amount: Decimal | None
    currency: str | None
    items: list[ItemView]
    instalments: list[InstalmentView]
    state: State
    given_at: datetime = Field(description="When it was given; of promised help, when the first part is due.")
    cancelled_reason: str | None
    note: str | None
    possible_duplicates: int | None = Field(description="For the operator alone: how often somebody may have given the same.")
    version: int


class PartDue(Answer):
    """An instalment that has to be paid. No amount stands in a list."""

    assistance_id: UUID
    case_id: UUID
    n: int
    due_on: date


class PaymentIn(Body):
    """That an instalment was paid."""

    paid_at: Instant
    recorded_by: Who


class CancellationIn(Body):
    """Why nothing more is given. What was paid stays paid."""

    reason: CancelReason


class DoubleView(Answer):
    """Two times the same kind of help, perhaps. `reason` says how sure it is that both went to the same people."""

    duplicate_id: UUID
    assistance_id: UUID
    other_id: UUID
    reason: Reason
    state: DoubleState
    found_at: datetime
    decided_at: datetime | None
    version: int


class DoubleDecisionIn(Body):
    """Whether it was the same help twice."""

    double: bool
