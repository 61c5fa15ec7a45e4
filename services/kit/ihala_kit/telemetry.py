"""Traces by OpenTelemetry: one from the gateway through service, outbox and Kafka to every consumer.

FastAPI makes a request's span itself (since 0.165, without the texts of errors); `FASTAPI` is what it is told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from fastapi.telemetry import TelemetryConfig
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from opentelemetry.trace import SpanKind

from ihala_kit.exporting import Exporters

# `logs` would record errors with their texts; `operation_spans` makes three more spans a request.
FASTAPI: TelemetryConfig = {
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
    "exclude": lambda scope: str(scope.get("path", "")).startswith("/health/"),
}


class OneResource(Resource):
    """What this process is. There is one in it, so it is told apart by itself: the exporter looks it up for every span, and the
    library's own way hashes all that it says each time, a third of the CPU of a span."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__


class WithoutAddress(SpanProcessor):
    """Takes path and query off a request's span: a name can stand in either. `http.route` says what was called."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Replace what there is of both."""
        for name in ("url.path", "url.query"):
            if span.attributes and name in span.attributes:
                span.set_attribute(name, "REDACTED")


def set_up_telemetry(service: str, exporters: Exporters | None, version: str = "", *, record: bool = False) -> TracerProvider:
    """Make this process's tracer provider. Spans are recorded, and leave it, only where there is a way out; `record` is for tests."""
    said = Resource.create({"service.name": f"ihala-{service}", "service.version": version})
    resource = OneResource(said.attributes, said.schema_url)
    sampler = ParentBased(ALWAYS_ON) if exporters or record else ALWAYS_OFF  # ids travel and reach the logs in either case
    provider = TracerProvider(resource=resource, sampler=sampler)
    provider.add_span_processor(WithoutAddress())
    if exporters:
        provider.add_span_processor(BatchSpanProcessor(exporters.spans))
    trace.set_tracer_provider(provider)
    return provider


def inject() -> str | None:
    """Return the current span as a W3C traceparent, to be sent along; None outside a trace."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@cache
def _tracer(provider: trace.TracerProvider) -> trace.Tracer:
    return provider.get_tracer("ihala_kit")


@contextmanager
def span_from(traceparent: str | None, name: str, kind: SpanKind = SpanKind.CONSUMER) -> Iterator[trace.Span]:
    """Run a block as a span that continues `traceparent`; it begins a trace of its own when that is None or malformed.

    An error marks the span as failed and goes on; its text is not recorded.
    """
    parent = propagate.extract({"traceparent": traceparent} if traceparent else {}, Context())
    tracer = _tracer(trace.get_tracer_provider())
    with tracer.start_as_current_span(name, parent, kind, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(trace.StatusCode.ERROR)
            raise
