"""A span for each request, where traces are collected; elsewhere the caller's traceparent, or a new one, is simply passed on."""

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode

from ihala_gateway.edge.visit import Visit


class Tracing:
    """Begins and ends spans. They hold the route's template, never the path."""

    def __init__(self, collected: bool) -> None:
        self._collected = collected

    def begin(self, visit: Visit) -> None:
        """Open a span that continues the caller's trace; what follows continues this one."""
        if not self._collected:
            return
        parent = propagate.extract({"traceparent": visit.traceparent}, Context())
        visit.span = trace.get_tracer("ihala_gateway").start_span(visit.scope["method"], parent, SpanKind.SERVER)
        carrier: dict[str, str] = {}
        propagate.inject(carrier, trace.set_span_in_context(visit.span, Context()))
        visit.traceparent = carrier.get("traceparent", visit.traceparent)

    def end(self, visit: Visit) -> None:
        """Close the span with what became of the request."""
        if visit.span is None:
            return
        visit.span.update_name(f"{visit.scope['method']} {visit.route or 'no route'}")
        visit.span.set_attributes({"http.request.method": visit.scope["method"], "http.response.status_code": visit.status or 0})
        if visit.route:
            visit.span.set_attribute("http.route", visit.route)
        if visit.status is None or visit.status >= 500:
            visit.span.set_status(StatusCode.ERROR)
        visit.span.end()
