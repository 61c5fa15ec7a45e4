"""A page for each problem, in three languages: what its `type` means, who says it, which calls may answer so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ihala_kit.problems import TYPE_PREFIX
from ihala_kit.words import Language

from ihala_gateway.documents.kept import Kept
from ihala_gateway.documents.pages import page, word
from ihala_gateway.documents.reference import Reference

Call = tuple[str, str, str, str]  # service, method, path, anchor in its reference


@dataclass(frozen=True, slots=True)
class ProblemType:
    """What one slug stands for: the same word may be said by several services, each in its own way."""

    slug: str
    forms: tuple[Mapping[str, Any], ...]  # entries of contracts/problems.json

    @property
    def statuses(self) -> list[int]:
        """Return the statuses it comes with."""
        return sorted({form["status"] for form in self.forms})


def problem_types(entries: Iterable[Mapping[str, Any]]) -> dict[str, ProblemType]:
    """Return the types by slug, sorted."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        grouped.setdefault(entry["slug"], []).append(entry)
    return {slug: ProblemType(slug, tuple(grouped[slug])) for slug in sorted(grouped)}


def slug_of(name: str) -> str:
    """Return the slug of what stands in the address: it, or the whole `type`."""
    return name.removeprefix(TYPE_PREFIX)


def calls_by_slug(references: Iterable[Reference]) -> dict[str, list[Call]]:
    """Return which calls may answer with which problem."""
    found: dict[str, list[Call]] = {}
    for reference in references:
        for call in reference.operations():
            for refusal in call.refusals:
                found.setdefault(refusal.slug, []).append((reference.service, call.method, call.path, call.anchor))
    return found


def problem_page(problem: ProblemType, calls: Iterable[Call], language: Language) -> Kept:
    """Return the page of one problem."""
    return page("problem", language, problem.forms[0]["title"][language], problem=problem, calls=list(calls))


def list_page(problems: Iterable[ProblemType], language: Language) -> Kept:
    """Return the page that lists all."""
    return page("problems", language, word("problems", language), problems=list(problems))
