"""What may follow what, as arrows: moves that leave several states alike are one. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ihala_referral import lifecycle
from ihala_referral.states import ENDED, TAKEN, UNDECIDED, Party, PlacementState, State

LETTERS = {
    Party.ORIGIN: "O", Party.COORDINATOR: "C", Party.PROVIDER: "P", Party.PERSON: "B", Party.DPO: "D", Party.SYSTEM: "S",
}  # fmt: skip
WHO = {
    "O": "origin", "C": "coordinator", "P": "receiving provider", "B": "the person", "D": "data-protection officer, with a second person",
    "S": "the clock and events",
}  # fmt: skip
GROUPS: dict[str, frozenset[State]] = {"undecided": UNDECIDED, "taken": TAKEN, "ended": ENDED}


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow: from which states, by which act and whom, to which one, and what must hold."""

    sources: tuple[StrEnum, ...]
    act: StrEnum
    to: StrEnum
    by: tuple[str, ...]
    holds: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return act and parties, as the domain writes them."""
        return f"{self.act.value} ({' '.join(self.by)})"


def moves() -> list[Edge]:
    """Return the moves of a referral; those of one act alike in everything else start in one place for each group of states."""
    return _merged(lifecycle.MOVES, lambda state: next(name for name, members in GROUPS.items() if state in members), list(State))


def steps() -> list[Edge]:
    """Return the steps of a placement."""
    return _merged(lifecycle.STEPS, str, list(PlacementState))


def everywhere(edge: Edge) -> bool:
    """Tell whether a move is open in every state but the one it leads to."""
    alike = [one for one in moves() if (one.act, one.to, one.by) == (edge.act, edge.to, edge.by)]
    return {source for one in alike for source in one.sources} == set(State) - {edge.to}


def _merged(table: Mapping[tuple[Any, Any], Any], group: Callable[[Any], str], order: list[Any]) -> list[Edge]:
    found: dict[tuple[Any, ...], list[Any]] = {}
    for (source, act), move in table.items():
        held = tuple(_sentence(guard) for guard in move.guards)
        found.setdefault((group(source), act, move.to, _letters(move.by), held), []).append(source)
    edges = [Edge(tuple(sorted(sources, key=order.index)), act, to, by, held) for (_, act, to, by, held), sources in found.items()]
    return sorted(edges, key=lambda edge: (order.index(edge.sources[0]), [*edge.act.__class__].index(edge.act), order.index(edge.to)))


def _letters(parties: Iterable[Party]) -> tuple[str, ...]:
    return tuple(LETTERS[party] for party in Party if party in parties)


def _sentence(guard: Callable[..., bool]) -> str:
    """Return what a guard says of itself."""
    return " ".join((guard.__doc__ or "").split("\n\n")[0].split())
