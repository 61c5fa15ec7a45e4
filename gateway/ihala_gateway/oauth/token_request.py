"""A client's own request (token, pushed request, revocation): its form, the one way in which it authenticates, what was fetched for it."""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from ihala_gateway.oauth.certificates import thumbprint
from ihala_gateway.oauth.compact import Compact, header_of, taken_apart
from ihala_gateway.tables import Client

if TYPE_CHECKING:
    from ihala_gateway.oauth.families import Family

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LARGEST_FORM = 20_000
LONGEST_HEAD = 512  # of an assertion, in base64url
MOST_FIELDS = 40
CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A client's assertion, read once and not proven: whoever looks at it must know that anybody can have written it."""

    signed: Compact
    claims: dict[str, Any]
    key_id: object  # what its header says


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the client says it is, and its one proof: an assertion, a secret, or the certificate of its connection (DER)."""

    client_id: str
    assertion: Assertion | None = None
    secret: str | None = None
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class SpentJti:
    """An assertion that is worth nothing after this request, and until when that must be remembered."""

    client_id: str
    jti_hash: bytes
    expires_at: datetime
    key_id: str  # of the client's key that signed it


@dataclass(frozen=True, slots=True)
class Shown:
    """What came with a request and can be proven again with each call: to it the token is bound."""

    key: str | None = None  # thumbprint of the DPoP key
    certificate: bytes | None = None  # DER


@dataclass(slots=True)
class Issued:
    """What the core made, for the transaction to store."""

    jti: str | None = None
    expires_at: int = 0  # seconds since 1970
    refresh_token: str | None = None
    ended: list[str] = field(default_factory=list)  # tokens (jti) that are refused from now on


class _Form(OAuth2Payload):
    """The form's fields; none is there twice."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    @property
    def data(self) -> dict[str, str]:
        return self._fields

    @property
    def datalist(self) -> dict[str, list[Any]]:
        return {name: [value] for name, value in self._fields.items()}


class TokenRequest(OAuth2Request):
    """What Authlib's synchronous core works on. It only reads; what must be stored it leaves in `spent` and `issued`."""

    def __init__(self, uri: str, fields: dict[str, str], credentials: Credentials, shown: Shown) -> None:
        vars(self).update(_blank(uri))
        self.payload = _Form(fields)
        self.credentials = credentials
        self.row: Client | None = None  # fetched before the core runs
        self.fitting_hash: str | None = None  # of the client's secret, if the one that was shown fits it; the same
        self.spent: SpentJti | None = None
        self.shown = shown
        self.family: Family | None = None  # what a code or refresh token belongs to, fetched before the core runs
        self.issued = Issued()

    @property
    def for_kafka(self) -> bool:
        """Tell whether a token for Kafka is asked for: an audience of its own, outside the profile."""
        return self.form.get("grant_type") == "client_credentials" and self.form.get("resource") == "kafka"

    @property
    def confirmation(self) -> dict[str, str] | None:
        """Return `cnf`: what a token for this request is bound to."""
        if self.shown.key is not None:
            return {"jkt": self.shown.key}
        return None if self.shown.certificate is None else {"x5t#S256": thumbprint(self.shown.certificate)}

    @property
    def form(self) -> dict[str, str]:
        """Return the fields."""
        return self.payload.data if self.payload else {}

    @property
    def args(self) -> dict[str, str | None]:
        """Return nothing: a query holds no credentials."""
        return {}


@lru_cache(maxsize=16)
def _blank(uri: str) -> dict[str, Any]:
    """Return what Authlib begins a request with. It looks whether the address is safe, which is the same each time: once is enough.

    Raises InsecureTransportError.
    """
    return vars(OAuth2Request("POST", uri))


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """Return the fields of a form; one without a value is as good as none (RFC 6749, 3.2).

    Raises InvalidRequestError when it is no form, too large, or names a field twice.
    """
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise InvalidRequestError(description="application/x-www-form-urlencoded is expected")
    if len(body) > LARGEST_FORM:
        raise InvalidRequestError(description="the form is too large")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise InvalidRequestError(description="the form cannot be read") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidRequestError(description="a parameter is there twice")
    return {name: value for name, value in fields.items() if value}


def credentials_of(authorization: str | None, fields: dict[str, str], certificate: bytes | None = None) -> Credentials:
    """Return how the client authenticates. Raises InvalidClientError without a way, InvalidRequestError with two."""
    given = _credentials(authorization, fields, certificate)
    if not CLIENT_ID.fullmatch(given.client_id):
        raise InvalidClientError
    return given


def _credentials(authorization: str | None, fields: dict[str, str], certificate: bytes | None) -> Credentials:
    ways = [name for name in ("client_secret", "client_assertion") if fields.get(name)]
    if len(ways) + (authorization is not None) > 1:
        raise InvalidRequestError(description="a client authenticates in one way only")
    if authorization is not None:
        return _basic(authorization)
    client_id = fields.get("client_id", "")
    if ways == ["client_secret"] and client_id:
        return Credentials(client_id, secret=fields["client_secret"])
    if ways == ["client_assertion"] and fields.get("client_assertion_type") == ASSERTION_TYPE:
        return _by_assertion(fields["client_assertion"], client_id)
    if not ways and client_id and certificate is not None:
        return Credentials(client_id, certificate=certificate)
    raise InvalidClientError


def _basic(authorization: str) -> Credentials:
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise InvalidClientError from None
    if scheme.lower() != "basic" or not colon:
        raise InvalidClientError
    return Credentials(unquote_plus(client_id), secret=unquote_plus(secret))  # RFC 6749, 2.3.1


def _by_assertion(assertion: str, client_id: str) -> Credentials:
    """Return the id that an assertion claims, not yet proven."""
    try:
        signed = taken_apart(assertion)
        claims = json.loads(signed.payload.decode(), object_pairs_hook=_once)
        subject, key_id = claims["sub"], _key_id(signed.head)
    except (ValueError, TypeError, LookupError, RecursionError):  # binascii.Error, UnicodeError too
        raise InvalidClientError from None
    if not isinstance(subject, str) or client_id not in ("", subject):
        raise InvalidClientError
    return Credentials(subject, assertion=Assertion(signed, claims, key_id))


@lru_cache(maxsize=1000)
def _key_id(head: str) -> object:
    """Return what a head says about its key. Raises ValueError, RecursionError."""
    if len(head) > LONGEST_HEAD:
        raise ValueError("the header is too long")
    return header_of(head).get("kid")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members. Raises ValueError when it names one twice: one reader takes the first, another the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a claim is there twice")
    return found
