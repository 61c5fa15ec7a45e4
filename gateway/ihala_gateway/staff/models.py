"""What the API takes and says of accounts."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ihala_kit.bodies import Sent
from ihala_kit.words import Language
from pydantic import BaseModel, Field, SecretStr

from ihala_gateway.clients.commands import PastDay, PlaceCode, Word

Roles = Annotated[list[Word], Field(max_length=10)]
Places = Annotated[list[PlaceCode], Field(max_length=40, description="P-codes of governorates.")]


class Body(Sent):
    """Base of what is sent here: nothing but what is named."""


class Rights(Body):
    """What somebody may do."""

    roles: Roles
    governorates: Places = []
    cleared: bool = Field(default=False, description="May see restricted cases; only people of cleared organisations.")


class NewPerson(Rights):
    """Somebody who shall be able to sign in. She chooses her password and second factor at the link that is answered."""

    name: SecretStr = Field(description="Her sign-in name, 3 to 100 characters without spaces. It is stored sealed.")
    organization_id: UUID | None = Field(
        default=None, description="Another organisation that you are the operator of; without it your own."
    )
    kind: Literal["sandbox", "live"] = Field(default="live", description="For trials a password is enough.")
    language: Language = "ar"


class PersonConfidentiality(Body):
    """The days of the training and of the signed code of confidentiality. Without both, no scope for cases works."""

    trained_on: PastDay | None
    code_signed_on: PastDay | None


class Person(BaseModel):
    """An account."""

    account_id: UUID = Field(description="Opaque; what tokens, logs and events say.")
    name: str = Field(description="The sign-in name.")
    kind: Literal["sandbox", "live", "emergency"]
    status: Literal["invited", "active", "suspended"]
    suspended_by: list[Literal["administrator", "organization"]]
    organization_id: UUID
    organization_name: str
    organization_kind: str
    governorates: list[str]
    roles: list[str]
    cleared: bool
    language: Language
    trained_on: date | None
    code_signed_on: date | None
    version: int
    changed_at: datetime
    created_at: datetime


class InvitedPerson(Person):
    """An account with a new invitation."""

    invitation: str | None = Field(
        default=None, description="The link at which she chooses a password: told this once, good for three days, for her alone."
    )
