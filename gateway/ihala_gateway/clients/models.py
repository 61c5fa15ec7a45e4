"""What the API takes and says of clients."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from ihala_kit.bodies import Sent
from ihala_kit.instants import as_iso
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from ihala_gateway.clients.commands import DnsName, PastDay, Scope, SubjectName, Word

_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def _plain(text: str) -> str:
    """Refuse characters that change how other text is shown: people read it before they let a system act for them (DECISIONS.md 24)."""
    if _UNREADABLE.search(text):
        raise PydanticCustomError("not_plain_text", "has a control character")
    return text


def _one_line(text: str) -> str:
    if not {"\n", "\t"}.isdisjoint(text):
        raise PydanticCustomError("not_plain_text", "is one line")
    return _plain(text)


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_one_line),
    Field(description="What you call the system; never a person's name."),
]  # fmt: skip
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=60)]
Addresses = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=10)]
KeySet = Annotated[dict[str, Any], Field(description="Public keys as a JSON Web Key Set (RFC 7517): P-256, RSA of 2048 bits, Ed25519.")]
KeyAddress = Annotated[str, Field(max_length=500, description="Where your keys are read from, once the operator has approved it.")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_plain)]


class Body(Sent):
    """Base of what is sent here: nothing but what is named."""


class Asked(Body):
    """What only the operator gives."""

    scopes: Scopes
    redirect_uris: Addresses = Field(default=[], description="Where people come back to, to the letter. None: no people sign in here.")
    jwks_uri: KeyAddress | None = None


class NewClient(Asked):
    """A system that shall call. It proves itself in one way: by keys, keys at its address, a certificate that an authority signed
    for a name, certificates of its own (`x5c` of its keys), or in the sandbox a secret that we make.
    """

    name: Name
    kind: Literal["sandbox", "live"]
    jwks: KeySet | None = None
    mutual_tls: bool = Field(default=False, description="The keys of `jwks` prove it by their certificates (`x5c`), not by signatures.")
    tls_subject_dn: SubjectName | None = Field(default=None, description="As RFC 4514 writes it.")
    tls_san_dns: DnsName | None = None
    with_secret: bool = False

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        given = (self.jwks, self.jwks_uri, self.tls_subject_dn, self.tls_san_dns, self.with_secret or None)
        if sum(one is not None for one in given) != 1:
            raise PydanticCustomError("one_proof", "one of jwks, jwks_uri, tls_subject_dn, tls_san_dns, with_secret")
        if self.mutual_tls and self.jwks is None:
            raise PydanticCustomError("mutual_tls_without_keys", "mutual_tls is about jwks")
        if self.with_secret and self.kind == "live":
            raise PydanticCustomError("secret_of_a_live_client", "a live client has keys, not a secret")
        return self


class NewKey(Body):
    """A further key; those there are stay good, or end on a day, so that a change of keys interrupts nothing."""

    jwk: dict[str, Any] = Field(description="One public key (RFC 7517).")
    others_end_at: Annotated[datetime, BeforeValidator(as_iso)] | None = Field(
        default=None, description="When the keys there are now end, at most 90 days ahead."
    )


class Approval(Body):
    """What the operator gives: no more than was asked for. What is not named stays as the client has it."""

    scopes: Scopes | None = Field(default=None, description="Fewer than were asked for; without it all of them.")
    roles: list[Word] | None = Field(default=None, max_length=20)
    cleared: bool | None = Field(default=None, description="May see restricted cases; only clients of cleared organisations.")
    first_party: bool | None = Field(default=None, description="The operator's own: its people are not asked for consent.")


class Returned(Body):
    """What is missing or wrong, for the organisation."""

    words: Words


class Confidentiality(Body):
    """The days of the training and of the signed code of confidentiality. Without both, no scope for referrals works."""

    trained_on: PastDay | None
    code_signed_on: PastDay | None


class Client(BaseModel):
    """One system of one organisation."""

    client_id: str
    organization_id: UUID
    name: str
    kind: Literal["sandbox", "live"]
    status: Literal["pending", "active", "suspended", "revoked"]
    suspended_by: list[Literal["operator", "organization", "directory"]]
    scopes: list[str] = Field(description="The most a token can hold.")
    roles: list[str]
    redirect_uris: list[str]
    first_party: bool
    cleared: bool
    auth_method: str
    jwks_uri: str | None
    tls_subject_dn: str | None
    tls_san_dns: str | None
    trained_on: date | None
    code_signed_on: date | None
    version: int
    changed_at: datetime


class RegisteredClient(Client):
    """A new client, and its secret this once: it is not kept, and a repeated request does not get it."""

    secret: str | None = None


class Secret(BaseModel):
    """A new secret, this once; null in the answer to a repeated request."""

    client_id: str
    secret: str | None = None


class Key(BaseModel):
    """One of a client's keys."""

    kid: str
    thumbprint: str = Field(description="RFC 7638; names the key in an address too, for a kid that no address can hold.")
    kty: str
    algorithms: list[str]
    added_at: datetime | None
    ends_at: datetime | None
    used_at: datetime | None = Field(description="When it last proved the client, to the minute; null: never.")


class Keys(BaseModel):
    """All keys of a client."""

    items: list[Key]


class ClientRequest(BaseModel):
    """What an organisation asks for a client."""

    id: UUID
    client_id: str
    organization_id: UUID
    operator_id: UUID
    scopes: list[str]
    redirect_uris: list[str]
    jwks_uri: str | None
    state: Literal["open", "approved", "returned"]
    words: str | None
    asked_at: datetime
    decided_at: datetime | None
