"""Logs as JSON lines: what happened and under which request, never with whom it was about.

A message is a constant text; what varies goes into `extra` as ids, codes and counts. Of an error only its kind and place are
written, because its text may repeat what somebody sent.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import extract_tb
from types import TracebackType
from typing import TextIO

from opentelemetry import trace

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_DEEPEST = 12  # frames of an error's place
_JSON = json.JSONEncoder(ensure_ascii=False, default=lambda value: type(value).__name__)
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Writes one record as one line of JSON."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self.service,
            "logger": record.name,
            "message": _message(record),
            **_trace(),
            **{name: value for name, value in vars(record).items() if name not in _OWN_FIELDS},
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        if record.exc_info and record.exc_info[1]:
            line["error"] = kind_of(record.exc_info[1])
            line["where"] = _where(record.exc_info[2])
        return _JSON.encode(line)


def set_up_logs(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log of this process to `stream` (standard error) as JSON lines. Call once, first."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
    logging.getLogger("uvicorn.access").disabled = True  # http.py writes one line a request, without ids in addresses
    logging.getLogger("aiokafka").setLevel("WARNING")
    logging.captureWarnings(True)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line says them, and each line would look them up


def kind_of(error: BaseException) -> str:
    """Return the kinds of an error and its causes, without their texts: "IntegrityError < UniqueViolationError"."""
    kinds: list[str] = []
    at: BaseException | None = error
    while at is not None and len(kinds) < _DEEPEST:
        kinds.append(type(at).__qualname__)
        at = at.__cause__ or at.__context__
    return " < ".join(kinds)


def _where(traceback: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(traceback)[-_DEEPEST:]]


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    # asyncio appends the failed task with the text of its error.
    return text.partition("\n")[0] if record.name == "asyncio" else text


def _trace() -> dict[str, str]:
    span = trace.get_current_span().get_span_context()
    return {"trace_id": trace.format_trace_id(span.trace_id), "span_id": trace.format_span_id(span.span_id)} if span.is_valid else {}
