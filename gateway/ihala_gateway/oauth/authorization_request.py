"""What a client asks of a person: checked once, when it is pushed or when the person arrives. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ihala_kit.words import Language, language_of

from ihala_gateway.oauth.dpop import thumbprint_is_plain
from ihala_gateway.oauth.people import PROTOCOL_SCOPES
from ihala_gateway.oauth.registered import Registered

RESPONSE_TYPE = "code"
FIELDS = frozenset({
    "client_id", "response_type", "response_mode", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "resource", "dpop_jkt", "prompt", "max_age", "ui_locales",
})  # fmt: skip  # what is read of a request; of any other nothing is kept
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url
_PLAIN = re.compile(r"[\x20-\x7e]{1,1000}")
_PROMPTS = frozenset({"none", "login", "consent"})


class RequestRefused(Exception):
    """The request is not one that we answer. Where `redirect_uri` is None the person is told here, and sent nowhere."""

    def __init__(self, error: str, description: str, redirect_uri: str | None = None, state: str | None = None) -> None:
        super().__init__(error)
        self.error, self.description, self.redirect_uri, self.state = error, description, redirect_uri, state


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that was checked."""

    redirect_uri: str
    scope: frozenset[str]
    challenge: str
    state: str | None
    nonce: str | None
    thumbprint: str | None  # of the DPoP key that alone may use the code
    prompt: frozenset[str]
    max_age: int | None  # seconds
    language: Language | None  # the first that we have of those which the client asks for


def checked(fields: Mapping[str, str], client: Registered, issuer: str, thumbprint: str | None = None) -> Wanted:
    """Return what is wanted. `thumbprint` is that of a proof which came with a pushed request. Raises RequestRefused."""
    redirect_uri = fields.get("redirect_uri", "")
    if redirect_uri not in client.row.redirect_uris:
        raise RequestRefused("invalid_request", "redirect_uri is not one that is registered, to the letter")
    state = fields.get("state")
    if state is not None and not _PLAIN.fullmatch(state):
        raise RequestRefused("invalid_request", "state is 1 to 1000 plain characters", redirect_uri)
    fault = _fault(fields, issuer, thumbprint)
    if fault is not None:
        raise RequestRefused(*fault, redirect_uri, state)
    return Wanted(
        redirect_uri, _scope(fields, client, redirect_uri, state), fields["code_challenge"], state, fields.get("nonce"),
        thumbprint or fields.get("dpop_jkt"), frozenset(fields.get("prompt", "").split()),
        int(fields["max_age"]) if "max_age" in fields else None, _language(fields.get("ui_locales", "")),
    )  # fmt: skip


def _fault(fields: Mapping[str, str], issuer: str, thumbprint: str | None) -> tuple[str, str] | None:
    """Return error and description of the first thing that is wrong."""
    if "request" in fields:
        return "request_not_supported", "push the request instead (RFC 9126)"
    if fields.get("response_type") != RESPONSE_TYPE:
        return "unsupported_response_type", "response_type is code"
    if fields.get("response_mode", "query") != "query":
        return "invalid_request", "response_mode is query"
    if fields.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(fields.get("code_challenge", "")):
        return "invalid_request", "PKCE is needed: code_challenge, with code_challenge_method S256"
    if fields.get("resource", issuer) != issuer:
        return "invalid_target", "tokens for people are issued for this gateway's address only"
    if not thumbprint_is_plain(fields.get("dpop_jkt", "x" * 43)) or thumbprint not in (None, fields.get("dpop_jkt", thumbprint)):
        return "invalid_request", "dpop_jkt is not the thumbprint of the key that was shown"
    if not _PLAIN.fullmatch(fields.get("ui_locales") or "x"):
        return "invalid_request", "ui_locales is at most 1000 plain characters"
    if not _PLAIN.fullmatch(fields.get("nonce", "x")) or not re.fullmatch(r"\d{1,7}", fields.get("max_age", "0")):
        return "invalid_request", "nonce is 1 to 1000 plain characters, max_age a number of seconds"
    prompt = fields.get("prompt", "").split()
    if not set(prompt) <= _PROMPTS or ("none" in prompt and len(prompt) > 1):
        return "invalid_request", "prompt is none, or login and consent"
    return None


def _language(tags: str) -> Language | None:
    """Return our language for the first tag (RFC 5646) that names one."""
    return next((found for tag in tags.split() if (found := language_of(tag)) != "en" or tag.partition("-")[0].lower() == "en"), None)


def _scope(fields: Mapping[str, str], client: Registered, redirect_uri: str, state: str | None) -> frozenset[str]:
    """Return what is asked for; without a word, all that the client may have. Raises RequestRefused."""
    may = frozenset(client.scopes())
    asked = frozenset(fields["scope"].split()) if fields.get("scope") else may
    if not asked or not asked <= may | PROTOCOL_SCOPES:
        raise RequestRefused("invalid_scope", "scope holds more than this client was given, or nothing", redirect_uri, state)
    return asked
