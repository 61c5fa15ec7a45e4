"""What `make run` and `make up` show while parts start and stop: a table that moves on a terminal, lines elsewhere."""

from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ihala_local.snapshot import Snapshot

STYLES = {"ready": "green", "done": "green", "failed": "red", "stopped": "dim", "waiting": "dim"}


class Progress:
    """A context, to be entered as often as one likes, in which `show` draws snapshots."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: Live | None = None
        self._spinners: dict[str, Spinner] = {}
        self._said: set[tuple[object, ...]] = set()

    def __enter__(self) -> "Progress":
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=8)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live:
            self._live.stop()
        self._live = None

    def show(self, snapshot: Snapshot) -> None:
        """Draw it, or print what is new in it; outside of the context do nothing."""
        if self._live:
            self._live.update(self._table(snapshot))
        elif not self.console.is_terminal:
            self._print_new(snapshot)

    def know(self, snapshot: Snapshot) -> None:
        """Take what it says as told already: only what changes from here on is printed."""
        self._said |= {_key(part) for part in snapshot.parts}

    def _print_new(self, snapshot: Snapshot) -> None:
        for part in snapshot.parts:
            if part["state"] not in ("waiting", "stopping") and _key(part) not in self._said:
                self.console.print(f"{part['name']!s:>12}  {part['state']}{_seconds(part)}  {part['detail']}".rstrip(), soft_wrap=True)
        self.know(snapshot)

    def _table(self, snapshot: Snapshot) -> Table:
        table = Table.grid(padding=(0, 2))
        for part in snapshot.parts:
            name, state = str(part["name"]), str(part["state"])
            style = STYLES.get(state, "yellow")
            sign = Text("●", style) if state in STYLES else self._spinners.setdefault(name, Spinner("dots", style=style))
            table.add_row(sign, name, Text(state, style), _seconds(part), Text(str(part["detail"]), "dim", overflow="ellipsis"))
        return table


def _key(part: dict[str, object]) -> tuple[object, ...]:
    return part["name"], part["state"], part["restarts"]


def _seconds(part: dict[str, object]) -> str:
    seconds = part["seconds"]
    return f" {seconds:5.1f} s" if isinstance(seconds, float) and part["state"] in ("ready", "done") else ""
