"""What the child process finds in a file: plain data, for it crosses a pipe."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ihala_kit.untrusted.findings import Fault


@dataclass(slots=True)
class Row:
    """One row as the body of a request, and in which cell (and column) each of its parts stands, by JSON Pointer."""

    row: int
    body: dict[str, Any]
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """All that a file says. `rows` holds those that can be tried; a row with a fault is not among them."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    filled: int = 0  # rows that hold anything

    def dump(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)

    @classmethod
    def load(cls, data: dict[str, Any]) -> "Reading":
        """Return what `dump` wrote."""
        return cls([Row(**one) for one in data["rows"]], [Fault(**one) for one in data["faults"]], data["filled"])
