"""From what was understood to what is asked of the index: one condition, and the conditions that earn points."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ihala_directory.places import Place
from ihala_directory.search import tokens
from ihala_directory.search.understanding import Understood
from ihala_directory.search.vocabulary import MEANT

MOST_NEEDS = 3
OF_NAME, OF_NEED, NEAR, NAMED, SOME = 16, 8, 4, 2, 1


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is asked for beside the words; codes that are known."""

    need: str | None = None
    area: Place | None = None
    language: str | None = None
    kind: str | None = None
    accessibility: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    within_km: float | None = None


@dataclass(slots=True)
class Wanted:
    """`queries` are PostgreSQL's tsquery texts by name, `wanted` the condition; `points` what meeting the others is worth."""

    queries: dict[str, str] = field(default_factory=dict)
    points: list[tuple[str, int]] = field(default_factory=list)
    point: tuple[float, float] | None = None
    within_metres: int | None = None
    in_area: bool = False

    def earns(self, name: str, query: str, points: int) -> None:
        """Give points to what meets a query."""
        if query:
            self.queries[name] = query
            self.points.append((name, points))


def wanted(read: Understood, narrowed: Narrowed, *, relaxed: bool = False) -> Wanted | None:
    """Return what to ask; `relaxed`, to meet some of the words is enough. None when nothing would be asked at all."""
    made = Wanted(point=narrowed.point, within_metres=None if narrowed.within_km is None else round(narrowed.within_km * 1000))
    conditions = [*_narrowed(narrowed), *([_anywhere(read.places)] if read.places else [])]
    words = _relaxed(read) if relaxed else _all(read)
    if words:
        conditions.append(words)
    if not conditions:
        return None
    made.queries["wanted"] = _and(conditions)
    made.in_area = bool(read.places or narrowed.area)
    for number, need in enumerate(() if not relaxed and _alike(read) else read.needs[:MOST_NEEDS]):
        made.earns(f"need{number}", _or(_need(code) for code, weight in need.items() if weight == MEANT), OF_NEED)
    if len(read.parts) > 1:
        made.earns("name", _and(_word("o", part) for part in read.parts), OF_NAME)
    made.earns("named", _and(_word("w", part) for part in read.parts), NAMED)
    made.earns("some", _or(_word(letter, part) for part in read.apart for letter in "wo"), SOME)
    places = read.places or ((narrowed.area,) if narrowed.area else ())
    made.earns("near", _or(_lexeme(f"{letter}.{place.areas[0]}") for place in places for letter in "ps"), NEAR)
    return made


def _alike(read: Understood) -> bool:
    """Tell whether all that is found meets the same needs equally, so that no points need be counted for them."""
    return len(read.parts) == 1 and all(weight == MEANT for need in read.needs for weight in need.values())


def _all(read: Understood) -> str:
    """Return the condition that all is met that was meant; or that all words stand in one name."""
    in_text = _and(_anywhere_in_text(part, last=part == read.parts[-1]) for part in read.parts)
    if not read.needs:
        return in_text
    meant = _and(_or(map(_need, need)) for need in read.needs)
    in_name = _and(_word("o", part) for part in read.parts) if len(read.parts) > 1 else ""
    in_title = _and(_word("w", part) for part in read.parts) if read.apart else ""
    return _or(filter(None, (meant, in_name, in_title)))


def _relaxed(read: Understood) -> str:
    """Return the condition that something is met: one need, else one word, the common ones only where there is no other."""
    if read.needs:
        return _or(_need(code) for need in read.needs for code in need)
    return _or(_anywhere_in_text(part, last=False) for part in read.apart or read.parts)


def _narrowed(narrowed: Narrowed) -> list[str]:
    codes = [("l.", narrowed.language), ("k.", narrowed.kind), *(("x.", code) for code in narrowed.accessibility)]
    found = [_lexeme(f"{letter}{code}") for letter, code in codes if code]
    if narrowed.need:
        found.append(_need(narrowed.need))
    if narrowed.area:
        found.append(_anywhere([narrowed.area]))
    if narrowed.point and narrowed.within_km is not None:
        found.append(_or(map(_lexeme, tokens.cells_around(*narrowed.point, narrowed.within_km))))
    return found


def _need(code: str) -> str:
    return _lexeme(f"n.{code}" if "." in code or code == "other" else f"d.{code}")


def _anywhere(places: Iterable[Place]) -> str:
    """Return the condition that it lies there, or serves the place, a part of it, or what it lies in."""
    return _or(
        token
        for place in places
        for token in (
            _lexeme(f"p.{place.areas[0]}"),
            _lexeme(f"u.{place.areas[0]}"),
            *(_lexeme(f"s.{area}") for area in place.areas),
        )
    )


def _anywhere_in_text(part: str, *, last: bool) -> str:
    return _or(_lexeme(f"{letter}.{part}", beginning=last and len(part) > 2) for letter in "wot")


def _word(letter: str, part: str) -> str:
    return _lexeme(f"{letter}.{part}")


def _lexeme(token: str, *, beginning: bool = False) -> str:
    """Return one lexeme; a folded word and a known code hold neither quotes nor backslashes."""
    return f"'{token}'" + (":*" if beginning else "")


def _and(queries: Iterable[str]) -> str:
    return " & ".join(dict.fromkeys(f"({query})" for query in queries))


def _or(queries: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(queries))
