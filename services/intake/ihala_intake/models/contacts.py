"""Contacts for many needs in one call: each is answered by itself."""

from uuid import UUID

from ihala_kit.problems import ProblemDocument
from pydantic import Field

from ihala_intake.models.base import Answer, Body
from ihala_intake.models.people import ContactView

MOST = 100


class ContactsIn(Body):
    """Which needs' contacts are asked for; one that is named twice is answered once."""

    need_ids: list[UUID] = Field(min_length=1, max_length=MOST)


class ContactItem(Answer):
    """What was found for one need: `contact` with status 200, else `problem`."""

    need_id: UUID
    status: int
    contact: ContactView | None = None
    problem: ProblemDocument | None = None
    retry_after_s: int | None = Field(default=None, description="With 503: when to ask again, in seconds.")


class ContactsView(Answer):
    """An answer for each need, in the order of the call."""

    items: list[ContactItem]
