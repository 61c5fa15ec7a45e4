"""What the child process finds in a file: entries to load, and what is wrong with others. Plain data: it crosses a pipe and a table."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ihala_kit.untrusted.findings import Fault


@dataclass(slots=True)
class Entry:
    """One service with its organisation and where it is offered, as far as the file says it.

    `organization` and `service` hold {"id": external id, "values": what a draft takes}; each of `ats` too, with "location_id" and "row".
    "defaults" are values for what turns out to be new. "once": the file names a service at most once at a location, so that one that is
    there already is meant.
    `cells` says for each row where values stand that loading may still refuse: {"5": {"service/need_codes": ["F5", "needs"]}}.
    """

    organization: dict[str, Any]
    service: dict[str, Any]
    ats: list[dict[str, Any]]
    cells: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    @property
    def rows(self) -> list[int]:
        """Return the rows of the file that it stands in."""
        return [at["row"] for at in self.ats]


@dataclass(slots=True)
class Reading:
    """All that a file says. `rows` counts the rows that hold anything."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0

    def dump(self) -> Iterator[dict[str, Any]]:
        """Yield it as JSON takes it: what is wrong, then each entry."""
        yield {"rows": self.rows, "faults": [asdict(one) for one in self.faults]}
        yield from map(asdict, self.entries)

    @classmethod
    def begin(cls, head: dict[str, Any]) -> "Reading":
        """Return what `dump` yielded first, still without entries."""
        return cls(faults=[Fault(**one) for one in head["faults"]], rows=head["rows"])
