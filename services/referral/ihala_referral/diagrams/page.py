"""The life cycle as a page: Mermaid diagrams, and every move in a table with what must hold. Pure."""

from collections.abc import Iterable, Iterator

from ihala_referral.diagrams.edges import GROUPS, WHO, Edge, everywhere, moves, steps
from ihala_referral.states import OPEN, PlacementState, State

_HEAD = """\
# The life cycle of a placement and its referrals

Written by `make contracts` from `services/referral/ihala_referral/lifecycle.py`; never edited by hand.
A picture: [lifecycle.svg](lifecycle.svg).

Letters say who may: {who}.
"""


def text() -> str:
    """Return the page."""
    who = " · ".join(f"**{letter}** {name}" for letter, name in WHO.items())
    parts = [
        _HEAD.format(who=who),
        "## Placement: the search for a place\n", *_mermaid(_placement()), *_table(steps()),
        "## Referral: one attempt with one receiver\n", *_mermaid(_referral()), *_table(moves()),
    ]  # fmt: skip
    return "\n".join(parts)


def _mermaid(lines: Iterable[str]) -> list[str]:
    return ["```mermaid", "stateDiagram-v2", "    direction LR", *(f"    {line}" for line in lines), "```", ""]


def _placement() -> Iterator[str]:
    yield f"[*] --> {PlacementState.TRIAGE.value}: request (O)"
    yield f"[*] --> {PlacementState.PLACING.value}: request (O)"
    for edge in steps():
        yield from (f"{source.value} --> {edge.to.value}: {edge.label}" for source in edge.sources)
    yield f"{PlacementState.ENDED.value} --> [*]"


def _referral() -> Iterator[str]:
    """Yield the states by group; a move that leaves a whole group starts at the group."""
    yield f"[*] --> {State.OFFERED.value}: offer (S)"
    for name in ("undecided", "taken"):
        members = [state.value for state in State if state in GROUPS[name]]
        yield f"state {name} {{"
        yield from (f"    {member}" for member in members)
        yield "}"
    for edge in moves():
        if not everywhere(edge):
            yield from (f"{source} --> {edge.to.value}: {edge.label}" for source in _sources(edge))
    for edge in moves():
        if everywhere(edge) and edge.sources[0] in OPEN:
            yield from (f"{source} --> {edge.to.value}: {edge.label}, also from every ended state" for source in _sources(edge))
    yield from (f"{state.value} --> [*]" for state in State if state not in OPEN)


def _sources(edge: Edge) -> list[str]:
    whole = [name for name, members in GROUPS.items() if set(edge.sources) == members]
    return whole or [source.value for source in edge.sources]


def _table(edges: list[Edge]) -> Iterator[str]:
    yield "| From | Move → to | By | Holds only if |"
    yield "|---|---|---|---|"
    for edge in edges:
        sources = ", ".join(source.value for source in edge.sources)
        yield f"| {sources} | {edge.act.value} → {edge.to.value} | {' '.join(edge.by)} | {' '.join(edge.holds)} |"
    yield ""
