"""Opening times and holidays, sent and answered."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ihala_kit.instants import OnDay
from pydantic import Field

from ihala_directory.models.drafts import AreaCode, Body
from ihala_directory.models.parts import Words
from ihala_directory.models.shown import Shown


class NewHoliday(Body):
    """A day on which the offices of an area are closed; `IQ` is the whole country."""

    day: OnDay
    area: AreaCode | Literal["IQ"] = "IQ"
    names: Words = Field(min_length=1)


class Holiday(Shown):
    """A holiday as an operator declared it."""

    id: UUID
    operator_id: UUID
    day: date
    area: str
    names: dict[str, str]
    version: int


class Holidays(Shown):
    """The holidays of the days asked for, by day."""

    items: list[Holiday]


class Opening(Shown):
    """Open from one instant to another."""

    opens_at: datetime
    closes_at: datetime


class Openings(Shown):
    """When it is open in the days asked for. `open_now` is null when no schedule is known: then call before you go."""

    open_now: bool | None
    items: list[Opening]
