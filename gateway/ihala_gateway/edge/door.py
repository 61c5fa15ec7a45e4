"""The one ASGI callable on the way of every request: decide, pass on or answer, take down. No framework in between."""

import logging

from ihala_kit.logs import kind_of
from ihala_kit.problems import InternalError, Problem, ServiceUnavailable
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from ihala_gateway.administration.inside import NAME, Administration
from ihala_gateway.documents.desk import HOME
from ihala_gateway.documents.desk import PREFIXES as READERS
from ihala_gateway.edge import cross_origin
from ihala_gateway.edge.admission import Admission
from ihala_gateway.edge.authorize import Gatekeeper, first_look
from ihala_gateway.edge.body import CallerGone, Receive, Send
from ihala_gateway.edge.connection import CERTIFICATE
from ihala_gateway.edge.front import Front
from ihala_gateway.edge.proxy import AnswerBroken, Proxy
from ihala_gateway.edge.tracing import Tracing
from ihala_gateway.edge.visit import Scope, Visit
from ihala_gateway.own import OwnAddresses
from ihala_gateway.staff.desk import PREFIXES, refusal
from ihala_gateway.watching.access_log import AccessLog

log = logging.getLogger(__name__)

_PROBES = b"/health/"  # asked every second by whoever runs this; not logged
_OWN = (b"/oauth/", b"/.well-known/", _PROBES, *PREFIXES, *READERS)


class Door:
    """Answers HTTP requests; `Gateway` in app.py handles the rest of ASGI."""

    def __init__(
        self, front: Front, gatekeeper: Gatekeeper, admission: Admission, proxy: Proxy,
        own: OwnAddresses, administration: Administration, log_: AccessLog, tracing: Tracing,
    ) -> None:  # fmt: skip
        self._front = front
        self._gatekeeper = gatekeeper
        self._admission = admission
        self._proxy = proxy
        self._own = own
        self._administration = administration
        self._log = log_
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        visit = Visit(scope, receive, send, self._front.on_every_answer)
        self._tracing.begin(visit)
        try:
            await self._serve(visit)
        except Problem as problem:
            await _refuse(visit, problem)
        except (CallerGone, AnswerBroken):
            pass  # nobody to answer, or an answer already begun: the server cuts the connection, and the log line says status and time
        except (OSError, SQLAlchemyError) as error:
            log.warning("the database does not answer", extra={"error": kind_of(error)})
            await _refuse(visit, ServiceUnavailable())
        except Exception:  # the border: nothing of it may reach the caller
            log.exception("request failed")
            await _refuse(visit, InternalError())
        finally:
            self._tracing.end(visit)
            if not visit.path.startswith(_PROBES):
                self._log.note(visit)

    async def _serve(self, visit: Visit) -> None:
        self._front.learn(visit.scope, visit.fields)
        if visit.path.startswith(_OWN) or visit.path == HOME:
            if not visit.path.startswith(_PROBES):
                self._admission.admit_own(visit)
            refusal, _ = first_look(visit.path, visit.query, visit.headers)
            if refusal is not None:
                raise refusal
            await self._own.answer(visit)
            return
        decision = self._gatekeeper.authorize(visit.scope["method"], visit.target, visit.headers, visit.scope.get(CERTIFICATE))
        visit.knows(decision)
        if decision.refusal is not None:
            await self._admission.admit_refused(visit, decision)
            raise decision.refusal
        if decision.preflight:
            self._admission.admit_own(visit)
            await visit.send({"type": "http.response.start", "status": 204, "headers": cross_origin.preflight(decision.preflight)})
            await visit.send({"type": "http.response.body", "body": b""})
            return
        assert decision.route is not None, "a request without a route is refused"
        share, who = await self._admission.admit(visit, decision, decision.route)
        try:
            if decision.route.service == NAME:
                await self._administration.answer(visit, decision, decision.route)
            else:
                await self._proxy.forward(visit, decision, decision.route)
        finally:
            share.leave(who)


async def _refuse(visit: Visit, problem: Problem) -> None:
    """Say why; an answer that has begun stays cut off."""
    if visit.status is None:
        await refusal(Request(visit.scope), problem)(visit.scope, visit.receive, visit.send)
