"""What an operator may set about matching: rules as data, with a version. What binds (consent, clearance, agreement) is no setting."""

from enum import StrEnum
from typing import Literal, Self

from ihala_kit.bodies import Sent
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Result = Literal["pass", "fail", "unknown"]
Strictness = Literal["off", "show", "demand", "prove"]
"""off: not asked. show: told, refuses nobody. demand: what fails is not offered. prove: what is not known is not offered either."""


class By(StrEnum):
    """What candidates that serve are ordered by; a smaller figure is better for each."""

    KNOWN = "known"  # how many criteria are not known, those with an order of their own left out
    WOMAN_COUNSELLOR = "woman_counsellor"
    LANGUAGE = "language"
    DISTANCE = "distance"  # km
    WAIT = "wait"  # days
    OPENS = "opens"  # hours until it is open
    ANSWER_RATE = "answer_rate"  # share decided in time, 0 to 1
    PLACES = "places"
    FIGURE_AGE = "figure_age"  # days


class Part(Sent):
    """A part of the rules: nothing that is not named here."""

    model_config = ConfigDict(frozen=True)


class Step(Part):
    """One thing to order by; differences below half of `step` (in its unit) decide nothing."""

    by: By
    step: float = Field(default=1.0, gt=0, le=10_000)


class Criteria(Part):
    """How strict each criterion is that an operator may set."""

    age: Strictness = "demand"
    sex: Strictness = "demand"
    status: Strictness = "demand"
    household: Strictness = "demand"
    documents: Strictness = "show"  # no document is ever a condition of registering
    language: Strictness = "demand"
    accessibility: Strictness = "show"
    woman_counsellor: Strictness = "show"
    hours: Strictness = "demand"


class OpensWithin(Part):
    """Within how many days it must be open for a need of each urgency."""

    emergency: int = Field(default=3, ge=1, le=14)
    urgent: int = Field(default=7, ge=1, le=14)
    routine: int = Field(default=14, ge=1, le=14)


def _usual() -> tuple[Step, ...]:
    return (
        Step(by=By.KNOWN), Step(by=By.WOMAN_COUNSELLOR), Step(by=By.LANGUAGE), Step(by=By.DISTANCE, step=5), Step(by=By.WAIT, step=7),
        Step(by=By.ANSWER_RATE, step=0.2), Step(by=By.PLACES, step=5), Step(by=By.FIGURE_AGE, step=7), Step(by=By.OPENS, step=24),
    )  # fmt: skip


def _soonest() -> tuple[Step, ...]:
    return (Step(by=By.KNOWN), Step(by=By.OPENS, step=4), *(one for one in _usual() if one.by not in (By.KNOWN, By.OPENS)))


class RuleBody(Part):
    """The rules as a whole. The defaults are those that Ihala ships as version 1."""

    figure_good_for_days: int = Field(default=30, ge=1, le=365)  # older, and the number of free places counts as not known
    wait_days_unless_known: int = Field(default=14, ge=0, le=365)
    answer_rate_unless_known: float = Field(default=0.8, ge=0, le=1)
    answers_until_known: float = Field(default=3, ge=0, le=100)  # decisions before a record counts
    opens_within_days: OpensWithin = OpensWithin()
    criteria: Criteria = Criteria()
    order: tuple[Step, ...] = Field(default_factory=_usual, min_length=1, max_length=len(By))
    emergency_order: tuple[Step, ...] = Field(default_factory=_soonest, min_length=1, max_length=len(By))

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for order in (self.order, self.emergency_order):
            if len({one.by for one in order}) < len(order):
                raise PydanticCustomError("ordered_twice", "orders twice by the same")
        return self

    def order_for(self, urgency: str) -> tuple[Step, ...]:
        """Return the order for a need of this urgency."""
        return self.emergency_order if urgency == "emergency" else self.order


class Rules(BaseModel):
    """A body of rules with its number; 0 for a draft."""

    model_config = ConfigDict(frozen=True)

    number: int
    body: RuleBody


SHIPPED = Rules(number=1, body=RuleBody())
