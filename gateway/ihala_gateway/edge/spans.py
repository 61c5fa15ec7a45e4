"""Spans as a collector takes them (OTLP, protobuf): those of this process in groups, each written down by hand.

OpenTelemetry's own exporter makes an object for each part of a span, in a thread that then holds all requests up: a tenth of what a
request cost. Only ids and times differ between the spans of one route, so the rest of a span is made once.
"""

import struct
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, SpanFlags, Status

_SCOPE = InstrumentationScope(name="ihala_gateway").SerializeToString()
_FLAGS = SpanFlags.SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK | SpanFlags.SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK
# trace_id (1), span_id (2), parent_span_id (4): bytes; start and end (7, 8): fixed64. Each with its tag in front.
_IDS_AND_TIMES = struct.Struct("<2s16s2s8s2s8scQcQ")


class Finished(NamedTuple):
    """A span that is over. `own` and `parent` are traceparents, times nanoseconds since 1970."""

    own: str
    parent: str
    began: int
    ended: int
    method: str
    route: str | None  # the template, never the path
    status: int  # 0: there was no answer


def resource(told: Mapping[str, str]) -> bytes:
    """Return what the spans are of, as `encoded` wants it."""
    written: bytes = Resource(attributes=[_attribute(name, value) for name, value in told.items()]).SerializeToString()
    return written


def encoded(spans: Iterable[Finished], of: bytes) -> bytes:
    """Return an ExportTraceServiceRequest."""
    written = b"".join([_field(2, _span(span)) for span in spans])
    return _field(1, _field(1, of) + _field(2, _field(1, _SCOPE) + written))


def _span(span: Finished) -> bytes:
    varying = _IDS_AND_TIMES.pack(
        b"\x0a\x10", bytes.fromhex(span.own[3:35]), b"\x12\x08", bytes.fromhex(span.own[36:52]),
        b"\x22\x08", bytes.fromhex(span.parent[36:52]), b"\x39", span.began, b"\x41", span.ended,
    )  # fmt: skip
    return varying + _same(span.method, span.route, span.status)


@lru_cache(maxsize=4096)
def _same(method: str, route: str | None, status: int) -> bytes:
    attributes = [_attribute("http.request.method", method), _attribute("http.response.status_code", status)]
    if route:
        attributes.append(_attribute("http.route", route))
    failed = status == 0 or status >= 500
    written: bytes = Span(
        name=f"{method} {route or 'no route'}", kind=Span.SPAN_KIND_SERVER, attributes=attributes, flags=_FLAGS,
        status=Status(code=Status.STATUS_CODE_ERROR if failed else Status.STATUS_CODE_UNSET),
    ).SerializeToString()  # fmt: skip
    return written


def _attribute(name: str, value: str | int) -> KeyValue:
    return KeyValue(key=name, value=AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value))


def _field(number: int, content: bytes) -> bytes:
    """Return a field whose value is bytes or a message: protobuf's tag, its length, itself."""
    length, told = len(content), bytearray((number << 3 | 2,))
    while length > 127:
        told.append(length & 127 | 128)
        length >>= 7
    told.append(length)
    return bytes(told) + content
