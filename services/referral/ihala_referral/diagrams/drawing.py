"""The life cycle as a picture: where each state stands is set here by hand, every arrow comes from the tables. Pure."""

from collections.abc import Iterator
from html import escape

from ihala_referral.diagrams.edges import GROUPS, WHO, Edge, everywhere, moves, steps
from ihala_referral.diagrams.shapes import WIDE, Point, arrow, box, curve, frame, loop, text
from ihala_referral.states import PlacementState, State

WIDTH, HEIGHT = 1240, 1330
_TOP = 660  # where the referral's picture begins

PLACES: dict[PlacementState, Point] = {
    PlacementState.TRIAGE: Point(150, 190),
    PlacementState.PLACING: Point(620, 190),
    PlacementState.OFFERING: Point(1090, 190),
    PlacementState.UNSERVED: Point(150, 390),
    PlacementState.PLACED: Point(1090, 390),
    PlacementState.ENDED: Point(620, 580),
}
INSIDE: dict[State, Point] = {
    State.OFFERED: Point(220, _TOP + 110),
    State.ACKNOWLEDGED: Point(480, _TOP + 110),
    State.INFO_REQUESTED: Point(480, _TOP + 270),
    State.WAITLISTED: Point(220, _TOP + 270),
    State.ACCEPTED: Point(220, _TOP + 470),
    State.IN_SERVICE: Point(480, _TOP + 470),
    State.ON_HOLD: Point(480, _TOP + 590),
}
FRAMES = {"undecided": (Point(40, _TOP + 55), Point(640, _TOP + 310)), "taken": (Point(40, _TOP + 415), Point(640, _TOP + 630))}
ENDS: list[State] = [
    State.DECLINED, State.EXPIRED, State.WITHDRAWN, State.CANCELLED, State.FAILED, State.COMPLETED, State.ENTERED_IN_ERROR,
]  # fmt: skip
_ENDS_AT = {state: Point(1130, _TOP + 85 + 85 * number) for number, state in enumerate(ENDS)}
_BEND = {  # how far an arrow leaves the straight line, where it would cross a box or lie on another
    ("triage", "placing"): 26, ("placing", "triage"): 26, ("placing", "offering"): 26, ("offering", "placing"): 26,
    ("offering", "triage"): -118, ("triage", "ended"): 34, ("ended", "triage"): 34, ("unserved", "placing"): 26,
    ("placing", "unserved"): 26, ("placed", "triage"): -40, ("offered", "accepted"): -118, ("acknowledged", "info_requested"): 44,
    ("info_requested", "acknowledged"): 44, ("in_service", "on_hold"): 44, ("on_hold", "in_service"): 44,
    ("acknowledged", "accepted"): 34, ("offered", "info_requested"): 30, ("acknowledged", "waitlisted"): 30,
}  # fmt: skip


def svg() -> str:
    """Return the picture."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="14">\n'
        "<title>The life cycle of a placement and of a referral</title>\n"
        "<desc>Written by make contracts from lifecycle.py; docs/lifecycle.md says the same in words.</desc>\n"
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse">'
        '<path d="M0 0L10 5L0 10z" fill="#4a5568"/></marker></defs>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    )
    who = " · ".join(f"{letter} {name}" for letter, name in WHO.items())
    legend = text(Point(WIDTH / 2, HEIGHT - 12), who, size=13)
    return "\n".join([head, *_placement(), *_referral(), legend, "</svg>", ""])


def _placement() -> Iterator[str]:
    yield text(Point(40, 40), "Placement: the search for a place", size=20, anchor="start")
    together: dict[tuple[PlacementState, PlacementState], list[str]] = {}
    for edge in steps():
        for source in edge.sources:
            together.setdefault((PlacementState(source), PlacementState(edge.to)), []).append(edge.label)
    for (source, to), labels in together.items():
        if source is to:
            yield loop(PLACES[source], ", ".join(labels))
        else:
            yield curve(PLACES[source], PLACES[to], ", ".join(labels), _BEND.get((source.value, to.value), 0))
    yield from (box(at, state.value, ended=state is PlacementState.ENDED) for state, at in PLACES.items())


def _referral() -> Iterator[str]:
    yield text(Point(40, _TOP + 20), "Referral: one attempt with one receiver", size=20, anchor="start")
    yield from (frame(*corners, name) for name, corners in FRAMES.items())
    drawn = [edge for edge in moves() if not everywhere(edge)]
    yield from _inner([edge for edge in drawn if edge.to in INSIDE])
    for name, members in GROUPS.items():
        if name in FRAMES:
            yield from _outward(name, [edge for edge in drawn if edge.to not in INSIDE and set(edge.sources) <= members])
    for state, at in INSIDE.items():
        yield box(at, state.value)
    for state, at in _ENDS_AT.items():
        yield box(at, state.value, ended=True)
    for label in sorted({edge.label for edge in moves() if everywhere(edge)}):
        yield text(Point(_ENDS_AT[State.ENTERED_IN_ERROR].x, _ENDS_AT[State.ENTERED_IN_ERROR].y + 42), f"from any state: {label}", size=13)


def _inner(edges: list[Edge]) -> Iterator[str]:
    """Yield the arrows between open states; several moves between the same two are one arrow."""
    together: dict[tuple[State, State], list[str]] = {}
    for edge in edges:
        for source in edge.sources:
            together.setdefault((State(source), State(edge.to)), []).append(edge.label)
    for (source, to), labels in together.items():
        if source is to:
            yield loop(INSIDE[source], ", ".join(labels), aside=True)
        else:
            yield curve(INSIDE[source], INSIDE[to], ", ".join(labels), _BEND.get((source.value, to.value), 0))


def _outward(name: str, edges: list[Edge]) -> Iterator[str]:
    """Yield the arrows from a group's frame to the ends, with the states they start in where not all do."""
    upper, lower = FRAMES[name]
    edges = sorted(edges, key=lambda edge: ENDS.index(State(edge.to)))
    for number, edge in enumerate(edges, 1):
        start = Point(lower.x, upper.y + (lower.y - upper.y) * number / (len(edges) + 1))
        end = _ENDS_AT[State(edge.to)]
        some = "" if set(edge.sources) == GROUPS[name] else f" from {', '.join(source.value for source in edge.sources)}"
        yield arrow(start, Point(end.x - WIDE / 2, end.y + (6 if name == "taken" else -6)), escape(edge.label + some))
