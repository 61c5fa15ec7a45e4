"""/oauth/authorize: a client has sent a person here. Who is she, does she agree, and with which code does she go back?

Nothing is kept between the steps but the address itself, which the sign-in brings her back to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode

from authlib.oauth2.rfc6749 import OAuth2Error
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ihala_gateway import store as clients
from ihala_gateway.oauth import codes, redirects, store
from ihala_gateway.oauth.authorization_request import RequestRefused, Wanted, checked
from ihala_gateway.oauth.consent import consent_page, refusal_page
from ihala_gateway.oauth.families import hash_of
from ihala_gateway.oauth.pushed import PREFIX
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.token_request import CLIENT_ID, MOST_FIELDS, read_form
from ihala_gateway.staff import forms
from ihala_gateway.staff.reception import go_on
from ihala_gateway.staff.sessions import SignedIn, note, signed_in

PATH = "/oauth/authorize"
JUST_NOW = timedelta(minutes=2)  # who signed in within this time did so for a request of which nobody knows when it was made


@dataclass(frozen=True, slots=True)
class Arrival:
    """A client's request with a person in front of it."""

    client: Registered
    wanted: Wanted
    pushed: bytes | None  # the hash of the pushed request it came from
    asked_at: datetime | None  # when that was pushed


class Authorization:
    """Answers the person's browser."""

    def __init__(self, issuer: str, database: Database) -> None:
        self._issuer = issuer
        self._database = database

    async def arrive(self, request: Request) -> Response:
        """GET: send her to sign in, ask her, or send her back."""
        return await self._answered(request, said=False)

    async def decide(self, request: Request) -> Response:
        """POST: she has said yes or no on our page; or a client's page sent its request as a form, which goes on as an address.

        OpenID Connect (3.1.2.1) demands the second.
        """
        return await (self._answered(request, said=True) if request.scope["query_string"] else _as_address(request))

    async def _answered(self, request: Request, *, said: bool) -> Response:
        async with self._database.transaction(Caller.system("authorize")) as tx:
            try:
                arrival = await self._arrival(tx, request)
                return await self._with_person(tx, request, arrival, said=said)
            except RequestRefused as refusal:
                if refusal.redirect_uri is None:
                    return refusal_page(request, refusal)
                told = {"error": refusal.error, "error_description": refusal.description}
                return self._back(request, refusal.redirect_uri, refusal.state, **told)
            except forms.FormRefused as refusal:
                return refusal.answer

    async def _arrival(self, tx: AsyncSession, request: Request) -> Arrival:
        """Return what is asked, and by whom. Raises RequestRefused."""
        fields = _query(request)
        client_id = fields.get("client_id", "")
        row = await clients.client(tx, client_id) if CLIENT_ID.fullmatch(client_id) else None
        if row is None or row.status != "active" or not row.redirect_uris:
            raise RequestRefused("invalid_client", "this client is not known here")
        client = Registered(row)
        if "request_uri" not in fields:
            if client.profile.pushed:
                raise RequestRefused("invalid_request", "this client pushes its requests first (RFC 9126)")
            return Arrival(client, checked(fields, client, self._issuer), None, None)
        name = hash_of(fields["request_uri"].removeprefix(PREFIX))
        pushed = await store.pushed(tx, name, row.client_id, datetime.now(UTC))
        if pushed is None or not fields["request_uri"].startswith(PREFIX):
            raise RequestRefused("invalid_request_uri", "the request is out of date, was used, or is another's")
        _came_from(request, client)
        return Arrival(client, checked(pushed.fields, client, self._issuer, pushed.thumbprint), name, pushed.asked_at)

    async def _with_person(self, tx: AsyncSession, request: Request, arrival: Arrival, *, said: bool) -> Response:
        """Return the next step. Raises RequestRefused and FormRefused."""
        wanted, now = arrival.wanted, datetime.now(UTC)
        person = await signed_in(tx, request.headers.get("cookie"), now)
        if person is None or _must_sign_in(arrival, person, now, said=said):
            if "none" in wanted.prompt:
                raise RequestRefused("login_required", "nobody is signed in", wanted.redirect_uri, wanted.state)
            return _to_sign_in(request, wanted)
        _came_from(request, arrival.client)
        note(request, person)
        scope, agreed = _may(arrival, person), True
        if said:
            agreed = (await forms.read(request, person.csrf)).get("decision") == "allow"
        elif not arrival.client.row.first_party or "consent" in wanted.prompt:
            if "none" in wanted.prompt:
                raise RequestRefused("consent_required", "the person must be asked", wanted.redirect_uri, wanted.state)
            return consent_page(arrival.client.row, person, scope, request.scope["query_string"])
        if arrival.pushed is not None and not await store.use_pushed(tx, arrival.pushed):
            raise RequestRefused("invalid_request_uri", "the request was used")
        if not agreed:
            raise RequestRefused("access_denied", "the person said no", wanted.redirect_uri, wanted.state)
        code = await codes.issue(tx, arrival.client.row, wanted, person, scope, now)
        return self._back(request, wanted.redirect_uri, wanted.state, code=code)

    def _back(self, request: Request, redirect_uri: str, state: str | None, **answer: str) -> Response:
        """Send her back to the client, with who answers (RFC 9207), so that no client takes our answer for another server's.

        From our form by a page that leads on: a redirect would be held against its policy to the very end, also where the client leads on.
        """
        address = redirects.with_answer(redirect_uri, {**answer, "state": state, "iss": self._issuer})
        if request.method == "POST":
            return go_on(address, forms.language(request), [], title="go_on")
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return RedirectResponse(address, 303, headers)


async def _as_address(request: Request) -> Response:
    """Return the way to the address that says what the form says."""
    try:
        fields = read_form(request.headers.get("content-type", ""), await request.body())
    except OAuth2Error:
        return refusal_page(request, RequestRefused("invalid_request", "the form cannot be read"))
    return RedirectResponse(f"{PATH}?{urlencode(fields)}", 303, {"Cache-Control": "no-store"})


def _query(request: Request) -> Mapping[str, str]:
    """Return the parameters that have a value (RFC 6749, 3.1), none of which is there twice. Raises RequestRefused."""
    try:
        pairs = parse_qsl(
            request.scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise RequestRefused("invalid_request", "the address cannot be read") from None
    if len(dict(pairs)) != len(pairs):
        raise RequestRefused("invalid_request", "a parameter is there twice")
    return {name: value for name, value in pairs if value}


def _came_from(request: Request, client: Registered) -> None:
    """Have the access log say which client this was for: once the client asked for it, or a person is there. Anybody can write its name."""
    request.scope["ihala.client"] = (client.row.client_id, str(client.row.organization_id))


def _must_sign_in(arrival: Arrival, person: SignedIn, now: datetime, *, said: bool) -> bool:
    """Tell whether the client wants a newer sign-in; max_age=0 is prompt=login in other words (OpenID Connect, 3.1.2.1).

    Who signed in for this very request need not again, however long she then reads what she is asked.
    """
    wanted, age = arrival.wanted, now - person.auth_time
    anew = "login" in wanted.prompt or wanted.max_age == 0
    just_now = (anew or said) and age <= JUST_NOW
    for_this = just_now if arrival.asked_at is None else person.auth_time >= arrival.asked_at
    return not for_this and (anew or (wanted.max_age is not None and age > timedelta(seconds=wanted.max_age)))


def _to_sign_in(request: Request, wanted: Wanted) -> Response:
    """Send her to sign in, from where she comes back; in the language that the client asks for unless she chose one herself."""
    here = f"{PATH}?{request.scope['query_string'].decode('latin-1')}"
    wished = None if forms.chosen_language(request) else wanted.language
    address = f"/sign-in?next={quote(here, safe='')}" + (f"&lang={wished}" if wished else "")
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _may(arrival: Arrival, person: SignedIn) -> frozenset[str]:
    """Return what she can give the client. Raises RequestRefused when that is nothing, or she is not one of its people."""
    client, wanted = arrival.client, arrival.wanted
    fault = None
    if not client.serves(person.organization_id, person.operator_id):
        fault = "this client signs in people of its own organisation, or of its operator's, only"
    elif client.profile.second_factor and set(person.methods) <= {"pwd"}:
        fault = "a second factor is needed"
    scope = wanted.scope & codes.rights(person).through(client.scopes())
    if fault is None and not scope:
        fault = "none of these scopes is the person's to give"
    if fault is not None:
        raise RequestRefused("access_denied", fault, wanted.redirect_uri, wanted.state)
    return scope
