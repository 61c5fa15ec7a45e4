"""Clients from a file: each is made what its entry says, and the others are told by an event in the same transaction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from cryptography import x509
from ihala_kit.instants import OnDay
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, field_validator, model_validator
from pydantic_core import PydanticCustomError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway import store
from ihala_gateway.clients import standing
from ihala_gateway.clients import store as own
from ihala_gateway.clients.standing import ClientRefused
from ihala_gateway.oauth import redirects, secret_hash
from ihala_gateway.oauth.client_keys import usable_keys
from ihala_gateway.oauth.token_request import CLIENT_ID
from ihala_gateway.tables import Client

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
Scope = Annotated[str, Field(pattern=r"^[a-z][a-z-]*:[a-z][a-z-]*$")]
BAGHDAD = ZoneInfo("Asia/Baghdad")


_DNS_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def _has_come(day: date) -> date:
    """Return a day that is not after today: what is planned is not done. Raises PydanticCustomError (in_the_future)."""
    if day > datetime.now(BAGHDAD).date():
        raise PydanticCustomError("in_the_future", "the day has not come")
    return day


PastDay = Annotated[OnDay, AfterValidator(_has_come)]
PlaceCode = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,11}$")]  # IQG15; IQ-HALABJA, which has no P-code


def _subject(name: str) -> str:
    """Return a subject as certificates' are written when they are compared. Raises PydanticCustomError when it is none."""
    try:
        return x509.Name.from_rfc4514_string(name).rfc4514_string()
    except ValueError:
        raise PydanticCustomError("not_a_subject", "is not a subject as RFC 4514 writes it") from None


SubjectName = Annotated[str, Field(min_length=3, max_length=500), AfterValidator(_subject)]


def _dns_name(name: str) -> str:
    if not _DNS_NAME.fullmatch(name):
        raise PydanticCustomError("not_a_dns_name", "is not the name of a host")
    return name


DnsName = Annotated[str, Field(min_length=3, max_length=253), AfterValidator(_dns_name)]

SHORTEST_SECRET = 16


class Entry(BaseModel):
    """One client as a file names it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    client_id: Annotated[str, Field(pattern=f"^{CLIENT_ID.pattern}$")]
    organization_id: UUID
    organization: Annotated[str, Field(min_length=1, max_length=300)]
    organization_kind: Word
    operator_id: UUID | None = None
    governorates: list[PlaceCode] = []
    roles: list[Word] = []
    scopes: list[Scope]
    cleared: bool = False
    kind: Literal["sandbox", "live"]
    name: Annotated[str, Field(max_length=100)] = ""
    trained_on: PastDay | None = None
    code_signed_on: PastDay | None = None  # of the code of confidentiality; the day of the training where it is not named
    jwks: dict[str, Any] | None = None
    secret: SecretStr | None = None
    auth_method: Literal["private_key_jwt", "client_secret", "tls_client_auth", "self_signed_tls_client_auth"] = "private_key_jwt"
    tls_subject_dn: SubjectName | None = None
    tls_san_dns: DnsName | None = None
    redirect_uris: list[str] = []
    first_party: bool = False

    @field_validator("jwks")
    @classmethod
    def _usable(cls, jwks: dict[str, Any] | None) -> dict[str, Any] | None:
        if jwks is not None:
            usable_keys(jwks)
        return jwks

    @model_validator(mode="after")
    def _redirects_to_the_letter(self) -> Self:
        if not all(redirects.usable(address, self.kind) for address in self.redirect_uris):
            raise ValueError("redirect_uris are whole https addresses without a fragment; http on loopback in the sandbox only")
        return self

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if self.secret is not None and self.auth_method == "private_key_jwt":
            self.auth_method = "client_secret"  # what a file without the word means
        if self.auth_method == "tls_client_auth":
            if (self.tls_subject_dn is None) == (self.tls_san_dns is None) or self.secret is not None:
                raise ValueError("tls_client_auth needs either tls_subject_dn or tls_san_dns")
        elif (self.jwks is None) == (self.secret is None) or (self.secret is not None) != (self.auth_method == "client_secret"):
            raise ValueError("either jwks or secret")
        if self.secret is not None and self.kind != "sandbox":
            raise ValueError("a live client has keys, not a secret")
        if self.secret is not None and len(self.secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"a secret has at least {SHORTEST_SECRET} characters")
        return self


@dataclass(slots=True)
class Loaded:
    """Ids by what became of them."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def read(text: str | bytes) -> list[Entry]:
    """Return the entries of a file. Raises pydantic's ValidationError, which shows no input."""
    return TypeAdapter(list[Entry], config=ConfigDict(hide_input_in_errors=True)).validate_json(text)


async def load(tx: AsyncSession, entries: Sequence[Entry]) -> Loaded:
    """Make the clients what the entries say; emits ClientApproved for each that is new or changed. Raises ClientRefused.

    A suspended client stays suspended. Clients that no entry names stay as they are.
    """
    loaded = Loaded()
    held = {each: await own.is_suspended(tx, each) for each in sorted({entry.organization_id for entry in entries})}
    for entry in sorted(entries, key=lambda entry: entry.client_id):  # one order of locks
        client = await store.locked_client(tx, entry.client_id)
        outcome = loaded.added if client is None else loaded.changed if _change(client, entry) else loaded.unchanged
        outcome.append(entry.client_id)
        if outcome is not loaded.unchanged:
            client = client or _new(entry, suspended=held[entry.organization_id])
            tx.add(client)
            standing.tell(tx, client)
    return loaded


def _new(entry: Entry, *, suspended: bool) -> Client:
    secret, now = None if entry.secret is None else secret_hash.hashed(entry.secret.get_secret_value()), datetime.now(UTC)
    return Client(
        client_id=entry.client_id, version=1, changed_at=now, approved_at=now, jwks=entry.jwks, secret_hash=secret, **_facts(entry),
        **({"status": "active"} | standing.begins_held(suspended)),
    )  # fmt: skip


def _change(client: Client, entry: Entry) -> bool:
    """Bring the client to what the entry says; return whether anything was different. Raises ClientRefused."""
    if client.organization_id != entry.organization_id:
        raise ClientRefused(f"{client.client_id} belongs to another organisation; register a new client instead")
    secret = None if entry.secret is None else entry.secret.get_secret_value()
    wanted = _facts(entry) | {"jwks": entry.jwks}
    kept_secret = secret is not None and client.secret_hash is not None and secret_hash.fits(secret, client.secret_hash)
    if not kept_secret:
        wanted["secret_hash"] = None if secret is None else secret_hash.hashed(secret)
    different = {name: value for name, value in wanted.items() if getattr(client, name) != value}
    for name, value in different.items():
        setattr(client, name, value)
    if different:
        standing.touch(client)
    return bool(different)


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "organization_id": entry.organization_id, "organization_name": entry.organization,
        "organization_kind": entry.organization_kind, "operator_id": entry.operator_id,
        "governorates": sorted(set(entry.governorates)), "roles": sorted(set(entry.roles)), "scopes": sorted(set(entry.scopes)),
        "cleared": entry.cleared, "kind": entry.kind, "name": entry.name or entry.client_id,
        "trained_on": entry.trained_on, "code_signed_on": entry.code_signed_on or entry.trained_on,
        "auth_method": entry.auth_method, "tls_subject_dn": entry.tls_subject_dn, "tls_san_dns": entry.tls_san_dns,
        "redirect_uris": sorted(set(entry.redirect_uris)), "first_party": entry.first_party,
    }  # fmt: skip
