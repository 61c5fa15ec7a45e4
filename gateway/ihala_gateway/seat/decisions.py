"""What nginx asks: may this request pass, and with which internal token? Answered only to who shows the secret of this seat.

Only what can be kept is answered with yes: a call with a bearer token, or one bound to a certificate, on a route that needs scopes.
All else (refusals, public routes, DPoP, our own addresses) nginx hands over to the built-in seat, which decides again, answers in the
caller's language and writes the log. So a refusal here needs no words, and an error here can never let anything in.
"""

import hmac
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from ihala_kit.problems import BodyTooLarge, Problem, ServiceUnavailable, answer
from starlette.requests import Request

from ihala_gateway.edge.acting_officers import HEADER as OFFICER
from ihala_gateway.edge.admission import Admission
from ihala_gateway.edge.authorize import Decision, Gatekeeper
from ihala_gateway.edge.body import Receive, Send
from ihala_gateway.edge.connection import CERTIFICATE as IN_SCOPE
from ihala_gateway.edge.visit import Scope
from ihala_gateway.errors import ServiceTimeout
from ihala_gateway.oauth.grant import Grant
from ihala_gateway.oauth.internal_tokens import InternalTokens

PATH = b"/decide"
PROBLEMS = b"/decide/problems/"  # what nginx answers with when a service does not, by our status
ASKS, HANDS_OVER = b"x-ihala-seat", b"x-ihala-handed-over"  # either holds the secret: nginx asks itself, or passes its caller on
METHOD, TARGET, CERTIFICATE = b"x-original-method", b"x-original-uri", b"x-ihala-client-cert"
ADDRESS = b"x-forwarded-for"  # of a request that nginx hands over: it writes this itself

_DECIDED_BY = frozenset({b"authorization", OFFICER})
_PROBLEMS: dict[bytes, type[Problem]] = {b"413": BodyTooLarge, b"502": ServiceUnavailable, b"504": ServiceTimeout}

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class DecisionSeat:
    """ASGI callable in front of the door: answers nginx, and lets everything else through to the door."""

    def __init__(self, door: App, gatekeeper: Gatekeeper, admission: Admission, tokens: InternalTokens, secret: str) -> None:
        self._door = door
        self._gatekeeper = gatekeeper
        self._admission = admission
        self._tokens = tokens
        self._secret = secret.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["raw_path"]
        if not path.startswith(PATH) or not self._shown(scope, ASKS):
            await self._door(self._handed_over(scope), receive, send)
        elif path.startswith(PROBLEMS):
            problem = _PROBLEMS.get(path.removeprefix(PROBLEMS), ServiceUnavailable)
            scope["ihala.request_id"] = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
            await answer(Request(scope), problem())(scope, receive, send)
        else:
            await _say(send, self.decide(scope))

    def _shown(self, scope: Scope, name: bytes) -> bool:
        """Tell whether the one header of this name holds the secret. Without it, what only nginx may ask does not exist."""
        shown = [value for found, value in scope["headers"] if found == name]
        return len(shown) == 1 and hmac.compare_digest(shown[0], self._secret)

    def _handed_over(self, scope: Scope) -> Scope:
        """Return the request with its caller's address, and the certificate that the caller showed nginx.

        The secret is what proves nginx: by its address alone, any process on this machine could say who calls.
        """
        if self._shown(scope, HANDS_OVER):
            told = dict(scope["headers"])
            if address := told.get(ADDRESS):
                scope["client"] = (address.decode("latin-1"), 0)
            with suppress(ValueError):  # one that nobody can read is none
                scope[IN_SCOPE] = _certificate(told.get(CERTIFICATE, b""))
        return scope

    def decide(self, scope: Scope) -> list[tuple[bytes, bytes]] | None:
        """Return the headers that nginx puts on the request and into its log, or None where it must hand the request over."""
        told = dict(scope["headers"])
        method, target = told.get(METHOD, b"").decode("latin-1"), told.get(TARGET, b"")
        headers = [pair for pair in scope["headers"] if pair[0] in _DECIDED_BY]
        try:
            certificate = _certificate(told.get(CERTIFICATE, b""))
        except ValueError:
            return None
        decision = self._gatekeeper.authorize(method, target, headers, certificate)
        if decision.refusal is not None or decision.grant is None or decision.route is None or not _may_be_kept(decision.grant):
            return None
        if not self._admission.is_open(decision.route.service) or self._admission.has_own_limit(decision.grant):
            return None
        if decision.route.method != method:
            return None  # HEAD, which the service knows as GET alone
        return self._allowed(decision, decision.grant, decision.route.service)

    def _allowed(self, decision: Decision, grant: Grant, service: str) -> list[tuple[bytes, bytes]]:
        subject = str(grant.claims.get("sub", grant.client_id))
        return [
            (b"x-ihala-authorization", self._tokens.header(service, grant, decision.officer)),
            (b"x-ihala-client", grant.client_id.encode("ascii")),
            (b"x-ihala-organization", grant.organization_id.encode("ascii")),
            (b"x-ihala-account", b"" if subject == grant.client_id else subject.encode("ascii")),
            (b"x-ihala-officer", (decision.officer or "").encode("ascii")),
        ]


def _may_be_kept(grant: Grant) -> bool:
    """Tell whether the decision holds for the next request too: never with DPoP, where each one needs a proof of its own."""
    return "jkt" not in grant.claims.get("cnf", {})


def _certificate(escaped: bytes) -> bytes | None:
    """Return the caller's certificate as DER from what nginx says (PEM, escaped as in a URL). Raises ValueError."""
    return ssl.PEM_cert_to_DER_cert(unquote_to_bytes(escaped).decode("ascii")) if escaped else None


async def _say(send: Send, allowed: list[tuple[bytes, bytes]] | None) -> None:
    headers = [(b"content-length", b"0"), *(allowed or ())]
    await send({"type": "http.response.start", "status": 403 if allowed is None else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
