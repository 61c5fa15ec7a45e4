"""Shows the story as it is walked: who does what, by which call, which events followed on Kafka, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ihala_local.watch import Seen


class Broken(Exception):
    """A step of the story did not hold; its text says which and how."""


@dataclass
class Step:
    """One step: filled in while it is walked."""

    actor: str
    call: str
    events: list[str] = field(default_factory=list)
    remark: str = ""

    def saw(self, *events: Seen) -> None:
        """Show that these events came."""
        self.events += [event.name for event in events]


class Screen:
    """Prints a line a step. `check` turns what does not hold into a sentence that names the step."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.count = 0
        self.began = time.monotonic()

    def title(self, text: str) -> None:
        """Print what is about to be told."""
        self.console.print(f"\n[bold]{text}[/bold]")

    @contextmanager
    def step(self, actor: str, call: str) -> Iterator[Step]:
        """Walk one step. Raises Broken, with the step's name, for whatever goes wrong in it."""
        step, began = Step(actor, call), time.monotonic()
        try:
            with self.console.status(f"{actor}: {call}"):
                yield step
        except Exception as error:
            self._line(step, time.monotonic() - began, "[red]✗[/red]")
            raise Broken(f"{actor}, {call}: {error or type(error).__name__}") from error
        self.count += 1
        self._line(step, time.monotonic() - began, "[green]✓[/green]")

    def check(self, holds: object, what: str) -> None:
        """Raise Broken with `what` unless it holds."""
        if not holds:
            raise Broken(what)

    def done(self) -> None:
        """Print that all of it held."""
        self.console.print(f"\n[bold green]{self.count} steps held in {time.monotonic() - self.began:.1f} s.[/bold green]")

    def _line(self, step: Step, seconds: float, sign: str) -> None:
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1)
        table.add_column(width=26)
        table.add_column(ratio=1)
        table.add_column(width=9, justify="right")
        table.add_row(sign, Text(step.actor, "cyan"), Text(step.call), f"{seconds * 1000:,.0f} ms")
        if step.events:
            table.add_row("", "", Text("→ " + " · ".join(step.events), "dim"), "")
        if step.remark:
            table.add_row("", "", Text(step.remark, "italic"), "")
        self.console.print(table)
