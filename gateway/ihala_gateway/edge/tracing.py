"""A span for each request, where traces are collected; elsewhere the caller's traceparent, or a new one, is simply passed on.

The visit has checked the traceparent already, so it is read and written here by its places: OpenTelemetry's own way through a carrier costs
as much as the span itself.
"""

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags

from ihala_gateway.edge.visit import Visit


class Tracing:
    """Begins and ends spans. They hold the route's template, never the path."""

    def __init__(self, collected: bool) -> None:
        self._tracer = trace.get_tracer("ihala_gateway") if collected else None

    def begin(self, visit: Visit) -> None:
        """Open a span that continues the caller's trace; what follows continues this one."""
        if self._tracer is None:
            return
        span = visit.span = self._tracer.start_span(visit.scope["method"], _parent(visit.traceparent), SpanKind.SERVER)
        own = span.get_span_context()
        if own.is_valid:
            visit.traceparent = f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"

    def end(self, visit: Visit) -> None:
        """Close the span with what became of the request."""
        span = visit.span
        if span is None:
            return
        attributes = {"http.request.method": visit.scope["method"], "http.response.status_code": visit.status or 0}
        if visit.route:
            attributes["http.route"] = visit.route
        span.update_name(f"{visit.scope['method']} {visit.route or 'no route'}")
        span.set_attributes(attributes)
        if visit.status is None or visit.status >= 500:
            span.set_status(StatusCode.ERROR)
        span.end()


def _parent(traceparent: str) -> Context:
    """Return a context with the caller's span as W3C writes it: 00-<32>-<16>-<2> hexadecimal digits."""
    flags = TraceFlags(int(traceparent[53:55], 16))
    caller = SpanContext(int(traceparent[3:35], 16), int(traceparent[36:52], 16), is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(NonRecordingSpan(caller), Context())
