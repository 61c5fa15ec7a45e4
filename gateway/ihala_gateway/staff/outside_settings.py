"""What is set of an outside OpenID provider, and what ties its answer to our question."""

import secrets
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, FilePath, model_validator

from ihala_gateway.clients.commands import PlaceCode, Word


class Claims(BaseModel):
    """Which claim of the id_token says what."""

    model_config = ConfigDict(extra="forbid")

    roles: str = "groups"
    governorates: str | None = None
    name: str = "preferred_username"


class Provider(BaseModel):
    """The file that GATEWAY_OUTSIDE_PROVIDER names: a provider, whose people it signs in, and which roles its groups are."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[str, Field(min_length=1, max_length=60)]  # on the button
    issuer: str
    client_id: str
    key_file: FilePath | None = None  # an EC private key (JWK), for private_key_jwt
    secret_file: FilePath | None = None
    scope: str = "openid profile"
    acr: str | None = None  # asked for, and then demanded
    organization_id: UUID
    organization: str
    organization_kind: Word
    operator_id: UUID | None = None
    claims: Claims = Claims()
    roles: dict[str, list[Word]]  # by a group's name
    cleared: str | None = None  # the group of those who may see restricted cases
    governorates: list[PlaceCode] = []  # where no claim says them

    @model_validator(mode="after")
    def _one_proof(self) -> "Provider":
        if (self.key_file is None) == (self.secret_file is None):
            raise ValueError("either key_file or secret_file")
        return self

    @classmethod
    def read(cls, file: Path) -> "Provider":
        """Return what a file says. Raises pydantic's ValidationError."""
        return cls.model_validate_json(file.read_bytes())


class Secrets(BaseModel):
    """What ties the answer to the question: kept sealed in the step while the browser is away."""

    state: str = Field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = Field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = Field(default_factory=lambda: secrets.token_urlsafe(48))
