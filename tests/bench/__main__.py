"""`python -m tests.bench [NAME …]`: measure and write results.json; what misses its target is shown, never an error."""

import asyncio
import importlib
import sys

from rich.console import Console

from tests.bench.results import Figure, write

NAMES = (
    "outbox",
    "feed",
    "webhooks",
    "notify",
    "chain",
    "search",
    "matching",
    "intake_matching",
    "intake",
    "worklists",
    "deadlines",
    "gateway",
    "tokens",
    "closed_loop",
)


def main(names: tuple[str, ...]) -> None:
    """Run the benches one after the other and show every figure."""
    console = Console()
    for name in names:
        with console.status(f"measuring {name}"):
            figures: list[Figure] = asyncio.run(importlib.import_module(f"tests.bench.{name}").measure())
        for figure in figures:
            console.print(
                f"{'held  ' if figure.held else 'missed'}  {figure.name}: {figure.value:g} {figure.unit}{figure.target}  {figure.note}"
            )
        write(figures)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or NAMES)
