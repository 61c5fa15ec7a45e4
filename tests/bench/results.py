"""Where measured figures go: commit, machine, and for each figure its target, its value and, when it misses, why."""

import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Figure:
    """One measured number. `at_most` or `at_least` is its target in `unit`; `peer` names what it is held against."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    peer: str = ""
    note: str = ""
    at_least: float | None = None

    @property
    def held(self) -> bool:
        """Return whether the target was met; a figure without one always is."""
        return (self.at_most is None or self.value <= self.at_most) and (self.at_least is None or self.value >= self.at_least)

    @property
    def target(self) -> str:
        """Return the target in words, empty without one."""
        targets = (("at most", self.at_most), ("at least", self.at_least))
        return "".join(f"  ({word} {value:g})" for word, value in targets if value is not None)


def percentile(values: list[float], share: int) -> float:
    """Return the percentile (1 to 99) of the values."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def write(figures: list[Figure]) -> None:
    """Write the figures, keeping those of other names that were measured before."""
    kept = {row["name"]: row for row in json.loads(FILE.read_text())["figures"]} if FILE.exists() else {}
    kept |= {figure.name: {**asdict(figure), "held": figure.held} for figure in figures}
    document = {
        "commit": subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip(),
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.system(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "figures": list(kept.values()),
    }
    FILE.write_text(json.dumps(document, indent=1) + "\n")
