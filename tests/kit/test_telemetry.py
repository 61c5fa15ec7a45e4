"""Logs and traces tell what happened and where, and never what somebody sent."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from ihala_kit import logs
from ihala_kit.exporting import Exporters
from ihala_kit.logs import JsonLines, kind_of, set_up_logs
from ihala_kit.telemetry import inject, set_up_telemetry, span_from
from ihala_kit.testing import Mint
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.kit.small import NAME

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"
READ = ("small:read",)


@pytest.fixture(scope="module")
def spans() -> Iterator[InMemorySpanExporter]:
    """What this process's provider finished; a process has one provider, so it is made once."""
    known = trace.get_tracer_provider()
    provider = known if isinstance(known, TracerProvider) else set_up_telemetry(NAME, None, record=True)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logs(NAME, stream=stream)
    yield stream
    root.handlers, root.level = before, level
    logging.captureWarnings(False)


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_what_varies_apart(lines: io.StringIO) -> None:
    token = logs.request_id.set("r-1")
    logging.getLogger("some").warning("key waits", extra={"key": "k", "other": {1}})
    logs.request_id.reset(token)
    (line,) = read(lines)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning", "service": NAME, "logger": "some", "message": "key waits", "key": "k", "other": "set", "request_id": "r-1",
    }  # fmt: skip


def test_of_an_error_only_kind_and_place_are_written(lines: io.StringIO) -> None:
    try:
        try:
            raise ValueError("Fatima")
        except ValueError as cause:
            raise RuntimeError("Fatima again") from cause
    except RuntimeError as error:
        logging.getLogger("some").exception("failed")
        assert kind_of(error) == "RuntimeError < ValueError"
    (line,) = read(lines)
    assert line["error"] == "RuntimeError < ValueError"
    assert "test_telemetry.py" in line["where"][-1]
    assert "Fatima" not in lines.getvalue()


async def test_a_lost_task_does_not_write_its_errors_text(lines: io.StringIO) -> None:
    async def fails() -> None:
        raise ValueError("Fatima")

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    assert "Task exception was never retrieved" in lines.getvalue()
    assert "Fatima" not in lines.getvalue()


def test_errors_that_cause_each_other_end() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert kind_of(one).startswith("ValueError < KeyError")
    assert isinstance(JsonLines("x"), logging.Formatter)


async def test_a_request_is_one_line_without_its_address(lines: io.StringIO, client: aiohttp.ClientSession, mint: Mint) -> None:
    for path in ("/v1/broken?text=Fatima", "/v1/notes/Fatima", "/v1/Fatima"):
        async with client.get(path, headers=mint.headers(NAME, READ)) as answer:
            assert answer.status >= 400
    found = [line for line in read(lines) if line["message"] == "request"]
    assert [(line["method"], line["route"], line["status"], line["client_id"]) for line in found] == [
        ("GET", "/v1/broken", 500, "client"),
        ("GET", found[1]["route"], 405, "client"),
        ("GET", None, 404, "client"),
    ]
    assert all(line["request_id"] for line in found)
    assert "Fatima" not in lines.getvalue()


async def test_health_is_not_worth_a_line(lines: io.StringIO, client: aiohttp.ClientSession) -> None:
    async with client.get("/health/live") as answer:
        assert answer.status == 200
    assert [line for line in read(lines) if line["logger"].startswith("ihala_kit")] == []


async def test_a_trace_goes_on_through_a_service(spans: InMemorySpanExporter, client: aiohttp.ClientSession, mint: Mint) -> None:
    async with client.get("/v1/trace?secret=Fatima", headers=mint.headers(NAME, READ) | {"traceparent": TRACEPARENT}) as answer:
        onward = await answer.json()
    assert onward.split("-")[1] == TRACE
    (span,) = [span for span in spans.get_finished_spans() if (span.attributes or {}).get("http.route") == "/v1/trace"]
    assert span.context and onward.split("-")[2] == f"{span.context.span_id:016x}"
    assert "Fatima" not in span.to_json()


async def test_a_fault_is_on_the_span_without_its_text(spans: InMemorySpanExporter, client: aiohttp.ClientSession, mint: Mint) -> None:
    async with client.get("/v1/broken?text=Fatima", headers=mint.headers(NAME, READ)) as answer:
        assert answer.status == 500
    (span,) = [span for span in spans.get_finished_spans() if (span.attributes or {}).get("http.route") == "/v1/broken"]
    assert span.status.status_code is trace.StatusCode.ERROR
    assert "Fatima" not in span.to_json()


@pytest.mark.parametrize("path", ["/v1/notes/Fatima", "/v1/Fatima", "/v1/Fatima?name=Fatima"])
async def test_a_name_in_an_address_is_on_no_span(
    spans: InMemorySpanExporter, client: aiohttp.ClientSession, mint: Mint, path: str
) -> None:  # fmt: skip
    before = len(spans.get_finished_spans())
    async with client.get(path, headers=mint.headers(NAME, READ)):
        pass
    new = spans.get_finished_spans()[before:]
    assert [(span.attributes or {})["url.path"] for span in new] == ["REDACTED"]
    assert "Fatima" not in "".join(span.to_json() for span in new)


def test_an_event_continues_the_trace_of_its_writer(spans: InMemorySpanExporter) -> None:
    with span_from(TRACEPARENT, "apply") as span:
        assert f"{span.get_span_context().trace_id:032x}" == TRACE
        assert inject() == f"00-{TRACE}-{span.get_span_context().span_id:016x}-01"
    assert inject() is None


@pytest.mark.parametrize("traceparent", [None, "", "nonsense", "00-0-0-00", f"00-{'0' * 32}-{'0' * 16}-01"])
def test_without_a_usable_traceparent_a_trace_begins(spans: InMemorySpanExporter, traceparent: str | None) -> None:
    with span_from(TRACEPARENT, "outer"), span_from(traceparent, "apply") as span:
        assert span.get_span_context().is_valid
        assert f"{span.get_span_context().trace_id:032x}" != TRACE


def test_an_error_marks_its_span_and_goes_on(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Fatima"), span_from(None, "failing"):
        raise ValueError("Fatima")
    span = next(span for span in spans.get_finished_spans() if span.name == "failing")
    assert span.status.status_code is trace.StatusCode.ERROR
    assert "Fatima" not in span.to_json()


async def test_spans_leave_only_for_the_collector_that_was_named() -> None:
    got: list[str] = []

    async def collect(request: web.Request) -> web.Response:
        got.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_post("/{any:.*}", collect)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider = set_up_telemetry(NAME, Exporters.to(f"http://127.0.0.1:{runner.addresses[0][1]}/"), "1")
    with provider.get_tracer("test").start_as_current_span("one"):
        pass
    await asyncio.to_thread(provider.shutdown)
    await runner.cleanup()
    assert got == ["/v1/traces"]


def test_spans_of_a_process_leave_as_one_and_what_it_says_of_itself_is_not_hashed_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = set_up_telemetry(NAME, None, "1", record=True)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    for name in ("one", "two"):
        provider.get_tracer("test").start_span(name).end()

    def hashed(_: Resource) -> int:
        raise AssertionError("all attributes are hashed")

    monkeypatch.setattr(Resource, "__hash__", hashed)
    (said,) = encode_spans(exporter.get_finished_spans()).resource_spans
    assert {each.key: each.value.string_value for each in said.resource.attributes}["service.name"] == f"ihala-{NAME}"
    assert len(said.scope_spans[0].spans) == 2
