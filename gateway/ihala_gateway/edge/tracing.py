"""A span for each request, where traces are collected; elsewhere the caller's traceparent, or a new one, is simply passed on.

A span is made whole when the request is over. OpenTelemetry's own way (a tracer, a carrier, a span that is changed bit by bit) cost as
much as all the rest of our own work for a request.
"""

import random
import time

from ihala_kit import telemetry
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags

from ihala_gateway.edge.visit import Visit

_MAKER = InstrumentationScope("ihala_gateway")
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class Tracing:
    """Begins and ends spans. They hold the route's template, never the path."""

    def __init__(self, collected: bool) -> None:
        self._collected = collected

    def begin(self, visit: Visit) -> None:
        """Continue the caller's trace, unless it says that it is not collected; what follows continues this span."""
        if not self._collected or not int(visit.traceparent[53:55], 16) & TraceFlags.SAMPLED:
            return
        visit.parent, visit.began_ns = visit.traceparent, time.time_ns()
        visit.traceparent = f"{visit.parent[:36]}{random.getrandbits(64) or 1:016x}-01"

    def end(self, visit: Visit) -> None:
        """Make the span, with what became of the request."""
        if visit.parent is None:
            return
        method: str = visit.scope["method"]
        attributes: dict[str, str | int] = {"http.request.method": method, "http.response.status_code": visit.status or 0}
        if visit.route:
            attributes["http.route"] = visit.route
        telemetry.finish(
            _MAKER, f"{method} {visit.route or 'no route'}", SpanKind.SERVER, _context(visit.traceparent, remote=False),
            _context(visit.parent, remote=True), attributes, visit.began_ns, failed=visit.status is None or visit.status >= 500,
        )  # fmt: skip


def _context(traceparent: str, *, remote: bool) -> SpanContext:
    """Return what a checked traceparent says: 00-<32>-<16>-<2> hexadecimal digits."""
    return SpanContext(int(traceparent[3:35], 16), int(traceparent[36:52], 16), is_remote=remote, trace_flags=_SAMPLED)
