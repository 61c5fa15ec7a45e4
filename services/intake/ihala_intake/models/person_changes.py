"""What is told of persons and households later: who joins or leaves, what is different, and by what somebody is looked for."""

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.models.base import Body, Code, Line, Name, PhoneNumber, Written
from ihala_intake.models.persons import DocumentKind, Role, Said


class NewMemberIn(Said):
    """Somebody who lives there from now on. Their needs come by a request of their own."""

    call_name: Name
    role: Role
    place: Code = Field(description="P-code of a governorate, district or sub-district.")
    language_written: Written = "ar"


class JoiningIn(Body):
    """Who comes to live in a household: somebody whom intake knows, or somebody new."""

    person_id: UUID | None = None
    role: Role | None = Field(default=None, description="Of the known person.")
    person: NewMemberIn | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.person_id is None) == (self.person is None) or (self.person_id is None) != (self.role is None):
            raise PydanticCustomError("exactly_one", "a person_id with a role, or a person")
        return self


class RoleIn(Body):
    """What somebody is in the household from now on."""

    role: Role


class DepartureIn(Body):
    """Why somebody lives there no more."""

    reason: Literal["moved", "married", "separated", "safety", "died", "recorded_by_mistake", "other"]


class NumberedDocumentIn(Body):
    """A paper by its number."""

    kind: DocumentKind
    number: Line


class SearchIn(Body):
    """By what exactly somebody is looked for: there is no browsing, and none by a name alone."""

    phone: PhoneNumber | None = None
    document: NumberedDocumentIn | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.phone is None) == (self.document is None):
            raise PydanticCustomError("exactly_one", "a phone or a document")
        return self


class PersonChange(Said):
    """What is different about a person. What is not named stays; null, or an empty list, takes it away."""

    call_name: Name | None = None
    place: Code | None = None
    language_written: Written | None = None

    @field_validator("call_name", "place", "language_written")
    @classmethod
    def _stays(cls, said: str | None) -> str:
        if said is None:
            raise PydanticCustomError("cannot_be_taken_away", "a call-name, a place and a written language stay")
        return said

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_to_change", "nothing to change")
        return self

    def said(self) -> dict[str, Any]:
        """Return what was named, by name."""
        return self.model_dump(include=self.model_fields_set)
