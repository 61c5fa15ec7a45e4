"""Forms of our pages: read them, and refuse those that another page sent."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import OAuth2Error
from ihala_kit.words import Language, language_of
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.oauth.token_request import read_form
from ihala_gateway.staff import cookies, pages

ACCOUNT = "/account"
_NEXT = re.compile(r"/oauth/[\x21\x23-\x5b\x5d-\x7e]{0,4000}")


class FormRefused(Exception):
    """A form that is none of ours, or too old; `answer` says so."""

    def __init__(self, answer: Response) -> None:
        super().__init__("form refused")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Guest:
    """A browser whose person is not known yet. `form` is its form cookie's value, which `fresh` ones must be given."""

    form: str
    fresh: bool

    @property
    def csrf(self) -> str:
        """Return what its forms carry."""
        return cookies.form_token(self.form)

    def headers(self, names: cookies.Names) -> list[tuple[str, str]]:
        """Return the headers that give it the cookie."""
        return [("set-cookie", names.setting(names.form, self.form))] if self.fresh else []


def guest(request: Request, names: cookies.Names) -> Guest:
    """Return the browser, with a new form cookie if it has none."""
    known = cookies.read(request.headers.get("cookie"), names.form)
    return Guest(known or secrets.token_urlsafe(24), fresh=known is None)


async def read(request: Request, csrf: str | None) -> dict[str, str]:
    """Return a form's fields. `csrf` is what it must carry. Raises FormRefused."""
    if not _from_here(request):
        raise FormRefused(refusal(request))
    try:
        fields = read_form(request.headers.get("content-type", ""), await request.body())
    except OAuth2Error:
        raise FormRefused(refusal(request, 400)) from None
    if csrf is None or not cookies.same(fields.get("csrf", ""), csrf):
        raise FormRefused(refusal(request))
    return fields


def refusal(request: Request, status: int = 403) -> Response:
    """Return the page for a form that is not taken."""
    return pages.page("notice", language(request), status=status, title="form_refused", text="form_refused_text", back="/sign-in")


def language(request: Request, names: cookies.Names | None = None) -> Language:
    """Return the language for somebody who is not signed in: the one chosen, or the browser's."""
    return chosen_language(request, names) or language_of(request.headers.get("accept-language"))


def chosen_language(request: Request, names: cookies.Names | None = None) -> Language | None:
    """Return the language that was chosen at this browser, if one was."""
    header = request.headers.get("cookie")
    for chosen in (request.query_params.get("lang"), *(cookies.read(header, each) for each in _language_cookies(names))):
        if chosen in pages.NAMES:
            return chosen
    return None


def next_of(values: Mapping[str, str]) -> str:
    """Return where to go after signing in: inside our authorisation server only, or else the account's own page."""
    wanted = values.get("next", "")
    return wanted if _NEXT.fullmatch(wanted) and ".." not in wanted else ACCOUNT


def _language_cookies(names: cookies.Names | None) -> list[str]:
    return [each.language for each in ((names,) if names else (cookies.Names(secure=True), cookies.Names(secure=False)))]


def _from_here(request: Request) -> bool:
    """Tell whether the browser says that the form came from a page of ours; old browsers say nothing, for them the token is all."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site == "same-origin"
    return origin in (None, "null") or origin.partition("://")[2] == request.headers.get("host")
