"""What leaves a process for the collector: spans and figures, over HTTP. Made before a fork: all that it loads is shared by the workers."""

from dataclasses import dataclass

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter


@dataclass(frozen=True, slots=True)
class Exporters:
    """The ways out. They have no thread and no connection yet: those come with what is sent."""

    spans: OTLPSpanExporter
    figures: OTLPMetricExporter

    @classmethod
    def to(cls, otlp_endpoint: str | None) -> "Exporters | None":
        """Return those to a collector; None without one."""
        if otlp_endpoint is None:
            return None
        base = otlp_endpoint.rstrip("/")
        return cls(OTLPSpanExporter(endpoint=f"{base}/v1/traces"), OTLPMetricExporter(endpoint=f"{base}/v1/metrics"))
