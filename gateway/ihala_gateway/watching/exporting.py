"""The access log as a file: a line of JSON a segment and a row, with the hashes, so that whoever has it can check it alone."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from ihala_kit.audit import AuditReport, Broken
from ihala_kit.db import Database

from ihala_gateway.watching.chain import COLUMNS, NOTHING_BEFORE, Segment, plain
from ihala_gateway.watching.checking import Checker
from ihala_gateway.watching.verifying import KIND, Span, report_on, rows, segments

_BYTES = ("opening", "head")
_TIMES = ("opened_at", "last_at", "closed_at", "dropped_at")
_OF_A_ROW = {"segment", "row", *COLUMNS, "hash"}
_OF_A_SEGMENT = {"segment", *(field.name for field in fields(Segment))}


class NotAnExport(Exception):
    """A line is not one that `exported` wrote, or there is none; the text says which."""


async def exported(database: Database, span: Span) -> AsyncIterator[str]:
    """Yield the lines: each segment of the span, its rows behind it."""
    async for segment, _ in segments(database, span):
        yield json.dumps({"segment": segment.number, **_written(segment)})
        async for number, found, row in rows(database, segment):
            said = dict(zip(COLUMNS, plain(row), strict=True))
            yield json.dumps({"segment": segment.number, "row": number, **said, "hash": found.hex()})


def verify_export(lines: Iterable[str]) -> AuditReport:
    """Return what of an export holds and what does not, without its key: the seals are for whoever has the database.

    Raises NotAnExport.
    """
    report, checker, current = AuditReport(), Checker(), None
    without = None  # the segment of the row before, when that stood in the file without it
    for number, line in enumerate(lines, 1):
        try:
            said = _said(line)
            if "row" in said:
                found = bytes.fromhex(said["hash"]), {**said, "at": datetime.fromisoformat(said["at"])}
                if current is not None and said["segment"] == current.number:
                    checker.row(said["row"], *found)
                elif said["segment"] != without:
                    without = said["segment"]
                    report.broken.append(Broken(KIND, str(int(without)), "its rows are there without it"))
                continue
            segment = _read(said)
        except (ValueError, KeyError, TypeError, AssertionError, RecursionError):
            raise NotAnExport(f"line {number} of the file is none of an export") from None
        _end(report, checker, current)
        if not checker.started:
            checker.start_behind(segment.number - 1, NOTHING_BEFORE if segment.number == 1 else None, known=segment.number == 1)
        checker.begin(segment)
        current = segment
    _end(report, checker, current)
    if current is None and without is None:
        raise NotAnExport("there is nothing in the file")
    return report


def _said(line: str) -> dict[str, Any]:
    """Return what a line says. Raises ValueError unless it is written as we do: what stands beside the hashed might be believed, too."""
    said = json.loads(line)
    if not isinstance(said, dict) or said.keys() not in (_OF_A_ROW, _OF_A_SEGMENT) or json.dumps(said) != line.rstrip():
        raise ValueError("not ours")
    return said


def _end(report: AuditReport, checker: Checker, segment: Segment | None) -> None:
    if segment is not None:
        checker.end()
        report_on(report, checker, segment)


def _written(segment: Segment) -> dict[str, Any]:
    said = asdict(segment)
    times = {name: said[name] and said[name].isoformat() for name in _TIMES}
    return {**said, **{name: said[name].hex() for name in _BYTES}, **times}


def _read(said: Mapping[str, Any]) -> Segment:
    values = {field.name: said[field.name] for field in fields(Segment)}
    times = {name: values[name] and datetime.fromisoformat(values[name]) for name in _TIMES}
    return Segment(**{**values, **{name: bytes.fromhex(values[name]) for name in _BYTES}, **times})
