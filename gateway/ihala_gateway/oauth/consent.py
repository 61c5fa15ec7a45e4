"""The pages that a person sees here: may this client act for you, and why a request leads nowhere."""

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.oauth.authorization_request import RequestRefused
from ihala_gateway.oauth.people import PROTOCOL_SCOPES
from ihala_gateway.staff import forms, pages
from ihala_gateway.staff.sessions import SignedIn
from ihala_gateway.tables import Client

# What a scope is about, in words for people (words.csv); longer beginnings first.
_WORDS: Final = (
    ("intake:", "scope_intake"), ("referral:", "scope_referral"), ("directory:", "scope_directory"),
    ("notify:", "scope_notify"), ("events:", "scope_notify"), ("gateway:", "scope_gateway"),
)  # fmt: skip


def consent_page(client: Client, person: SignedIn, scope: Iterable[str], query: bytes) -> Response:
    """Return the page that asks. Its form leads back to this very request."""
    return pages.page(
        "consent", person.language, csrf=person.csrf,
        client=client.client_id, name=client.name, organization=client.organization_name,
        rights=_rights(scope), query=query.decode("latin-1"),
    )  # fmt: skip


def refusal_page(request: Request, refusal: RequestRefused) -> Response:
    """Return the page for a request that must not be answered by sending anybody anywhere. One that is over she can begin again herself."""
    title = "request_over" if refusal.error == "invalid_request_uri" else "client_refused"
    language = forms.language(request)
    return pages.page("client_refused", language, status=400, title=title, error=refusal.error, description=refusal.description)


def _rights(scope: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of a text's key and the scopes it stands for."""
    found: dict[str, list[str]] = {}
    for each in sorted(set(scope) - PROTOCOL_SCOPES):
        found.setdefault(next((key for beginning, key in _WORDS if each.startswith(beginning)), "scope_other"), []).append(each)
    return [("scope_openid", ""), *((key, " ".join(scopes)) for key, scopes in found.items())]
