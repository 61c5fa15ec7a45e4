"""HTTP bodies of competence."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ihala_kit.instants import Instant
from pydantic import BaseModel, Field, StringConstraints

from ihala_referral.models import GOVERNORATE, Body

NeedOrDomain = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9_]{1,63}(\.[a-z0-9_]{1,63})?)$")]
GovernorateOrAll = Annotated[str, StringConstraints(pattern=rf"^(\*|{GOVERNORATE})$")]


class Row(Body):
    """Needs by code or domain, governorates by P-code; `*` is all of them."""

    needs: list[NeedOrDomain] = Field(min_length=1, max_length=100)
    governorates: list[GovernorateOrAll] = Field(min_length=1, max_length=30)
    sex: Literal["female", "male"] | None = Field(default=None, description="only for persons of that sex, where it is known")


class Rule(Body):
    """What a kind of origin may push by itself, from an instant on. No rows: nothing, each need is triaged."""

    rows: list[Row] = Field(max_length=50)
    valid_from: Instant | None = Field(default=None, description="now, if not given; never in the past")


class Competence(BaseModel):
    """What a kind of origin may push by itself now, and what will change."""

    kind: str
    title: dict[str, str] | None = Field(description="the kind's name, where it is an office that needs are sent on to")
    whose: Literal["everybody", "operator"] = Field(description="the general rows, or the operator's own")
    rows: list[Row]
    upcoming: list[Rule] = Field(description="the operator's rules that do not hold yet")
    version: int = Field(description="of the operator's own rules for the kind, for If-Match; 0: it has none")


class Route(BaseModel):
    """Where a need may belong."""

    code: str
    title: dict[str, str]


class Competences(BaseModel):
    """Rules of one operator."""

    operator_id: UUID | None = Field(description="whose rules; null: the general ones")
    at: datetime
    items: list[Competence]
    routes: list[Route] = Field(description="offices that needs out of competence are sent on to")
