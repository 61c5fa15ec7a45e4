"""All problems that a program can answer with, as data: `contracts/problems.json` and the gateway's pages of problems come of it."""

import inspect
from collections.abc import Iterator
from typing import Any

from ihala_kit.problems import Problem

KIT = "kit"


def problems_of(service: str) -> list[dict[str, Any]]:
    """Return the problems that are named in a service's modules or in the kit's, by slug; those modules must have been imported."""
    packages = {f"ihala_{service}": service, "ihala_kit": KIT}
    found = [
        _entry(problem, packages[package])
        for problem in set(_heirs(Problem))
        if (package := problem.__module__.partition(".")[0]) in packages and hasattr(problem, "slug")
    ]
    once = {(entry["slug"], entry["of"], entry["about"]): entry for entry in found}
    return [once[key] for key in sorted(once)]


def _entry(problem: type[Problem], owner: str) -> dict[str, Any]:
    title = {"en": problem.title.en, "ar": problem.title.ar, "ckb": problem.title.ckb}
    return {"slug": problem.slug, "of": owner, "status": problem.status, "title": title, "about": inspect.cleandoc(problem.__doc__ or "")}


def _heirs(problem: type[Problem]) -> Iterator[type[Problem]]:
    for heir in problem.__subclasses__():
        yield heir
        yield from _heirs(heir)
