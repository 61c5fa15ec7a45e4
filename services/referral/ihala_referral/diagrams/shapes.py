"""Boxes, arrows and words as SVG. Pure; numbers are pixels."""

from html import escape
from math import hypot
from typing import NamedTuple

WIDE, HIGH = 150, 38
_LINE = 'fill="none" stroke="#4a5568" stroke-width="1.4" marker-end="url(#tip)"'
_HALO = 'paint-order="stroke" stroke="#ffffff" stroke-width="5"'  # words stay readable where they lie on a line


class Point(NamedTuple):
    """A place in the picture."""

    x: float
    y: float


def box(at: Point, name: str, *, ended: bool = False) -> str:
    """Return a state, centred."""
    fill, edge = ("#edf2f7", "#718096") if ended else ("#ebf8ff", "#2b6cb0")
    corner = f'x="{at.x - WIDE / 2:g}" y="{at.y - HIGH / 2:g}"'
    body = f'<rect {corner} width="{WIDE}" height="{HIGH}" rx="9" fill="{fill}" stroke="{edge}" stroke-width="1.6"/>'
    return body + text(Point(at.x, at.y + 5), name, size=15)


def frame(upper: Point, lower: Point, name: str) -> str:
    """Return a dashed box around several states."""
    size = f'width="{lower.x - upper.x:g}" height="{lower.y - upper.y:g}"'
    body = f'<rect x="{upper.x:g}" y="{upper.y:g}" {size} rx="12" fill="#f7fafc" stroke="#a0aec0" stroke-dasharray="5 4"/>'
    return body + text(Point(upper.x + 10, upper.y - 7), name, size=13, anchor="start")


def text(at: Point, words: str, *, size: int = 12, anchor: str = "middle") -> str:
    """Return words, centred or beginning at a place."""
    place = f'x="{at.x:g}" y="{at.y:g}" text-anchor="{anchor}" font-size="{size}" fill="#1a202c"'
    return f"<text {place} {_HALO}>{escape(words, quote=False)}</text>"


def curve(start: Point, end: Point, label: str, bend: float) -> str:
    """Return an arrow between two boxes that leaves the straight line to its left by `bend`."""
    along = Point(end.x - start.x, end.y - start.y)
    length = hypot(*along)
    aside = Point(along.y / length * bend, -along.x / length * bend)
    middle = Point((start.x + end.x) / 2 + aside.x, (start.y + end.y) / 2 + aside.y)
    control = Point(middle.x + aside.x, middle.y + aside.y)
    begins, ends = _border(start, control), _border(end, control)
    path = f'<path d="M{begins.x:.1f} {begins.y:.1f}Q{control.x:.1f} {control.y:.1f} {ends.x:.1f} {ends.y:.1f}" {_LINE}/>'
    return path + text(Point(middle.x, middle.y + 4), label)


def loop(at: Point, label: str, *, aside: bool = False) -> str:
    """Return an arrow from a box to itself, above it or to its right."""
    if aside:
        x, far = at.x + WIDE / 2, at.x + WIDE / 2 + 46
        path = f'<path d="M{x:g} {at.y - 9:g}C{far:g} {at.y - 24:g} {far:g} {at.y + 24:g} {x:g} {at.y + 9:g}" {_LINE}/>'
        return path + text(Point(x + 20, at.y + 30), label)
    y, far = at.y - HIGH / 2, at.y - HIGH / 2 - 44
    path = f'<path d="M{at.x - 24:g} {y:g}C{at.x - 34:g} {far:g} {at.x + 34:g} {far:g} {at.x + 24:g} {y:g}" {_LINE}/>'
    return path + text(Point(at.x, y - 40), label)


def arrow(start: Point, end: Point, label: str) -> str:
    """Return an arrow that leaves and arrives level, with its words at the beginning."""
    turn = Point(start.x + 260, end.x - 60)
    path = (
        f'<path d="M{start.x:g} {start.y:g}H{turn.x:g}C{turn.x + 90:g} {start.y:g} {turn.y - 60:g} {end.y:g} {end.x:g} {end.y:g}" {_LINE}/>'
    )
    return path + text(Point(start.x + 8, start.y - 5), label, anchor="start")


def _border(centre: Point, towards: Point) -> Point:
    """Return where a line from a box's centre leaves the box."""
    x, y = towards.x - centre.x, towards.y - centre.y
    scale = min(WIDE / 2 / abs(x) if x else 9e9, HIGH / 2 / abs(y) if y else 9e9)
    return Point(centre.x + x * scale, centre.y + y * scale)
