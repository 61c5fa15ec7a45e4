"""Many requests in one call: each is taken or refused by itself; and how many of them stand."""

from typing import Annotated, Any, Self
from uuid import UUID

from ihala_kit.problems import ProblemDocument
from pydantic import Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.models.base import Answer, Body
from ihala_intake.models.requests import Identifier, RequestView

MOST = 100
MOST_ASKED = 200

# Validated one by one, so that a malformed one refuses none of the others.
AnyRequest = Annotated[Any, WithJsonSchema({"$ref": "#/components/schemas/RequestIn"})]


class BatchIn(Body):
    """Up to a hundred requests, of 1 MiB together. Each should carry an identifier, so that sending it again is safe."""

    requests: list[AnyRequest] = Field(min_length=1, max_length=MOST)


class BatchItem(Answer):
    """What became of one request: `request` when it was taken (202), else `problem`, with pointers into that request."""

    index: int
    status: int
    request: RequestView | None = None
    problem: ProblemDocument | None = None


class BatchView(Answer):
    """What became of each, in the order of the call."""

    items: list[BatchItem]
    taken: int
    refused: int


class StatusesIn(Body):
    """Which requests are asked about: by our ids, by numbers of the caller's, or both; up to two hundred together."""

    request_ids: list[UUID] = Field(default=[], max_length=MOST_ASKED)
    identifiers: list[Identifier] = Field(default=[], max_length=MOST_ASKED)

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not 1 <= len(self.request_ids) + len(self.identifiers) <= MOST_ASKED:
            raise PydanticCustomError("nothing_or_too_much", "between 1 and 200 in all")
        return self


class StatusItem(Answer):
    """What was asked and what is there: empty when nothing is, or nothing of the caller's."""

    request_id: UUID | None = None
    identifier: Identifier | None = None
    requests: list[RequestView]


class StatusesView(Answer):
    """The answers, ids first, in the order of the call."""

    items: list[StatusItem]
