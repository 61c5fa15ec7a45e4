"""What is sealed of help that was given, as it lies inside."""

from decimal import Decimal

from pydantic import BaseModel

from ihala_intake.details import AssistanceDetails


class ItemDetails(BaseModel):
    """A thing, and how many or how much of it."""

    what: str
    quantity: Decimal
    unit: str | None = None


class GivenDetails(AssistanceDetails):
    """What was given, or promised; `currency` is ISO 4217."""

    amount: Decimal | None = None
    currency: str | None = None
    items: list[ItemDetails] = []
    note: str | None = None
    recorded_by: str | None = None


class PartDetails(BaseModel):
    """One instalment: how much, and who wrote down that it was paid."""

    amount: Decimal
    recorded_by: str | None = None
