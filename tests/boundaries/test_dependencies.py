"""Each project declares what it imports, so that an image with that project alone has all it needs; and nothing it does not use."""

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECTS = sorted(
    path.parent
    for path in [*ROOT.glob("contracts/**/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml"), *ROOT.glob("gateway/pyproject.toml")]
)
ONLY_NAMED = {"httptools", "uvloop", "tzdata", "python-multipart"}  # what uvicorn, zoneinfo and starlette pick up by themselves
NAMESPACES = {"opentelemetry"}  # many distributions share the name; declared by whoever imports it


def declared(project: Path) -> set[str]:
    """Return what a project declares, for its extras too."""
    said = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    extras = said.get("optional-dependencies", {})
    return {plain(one) for one in [*said["dependencies"], *(one for extra in extras.values() for one in extra)]}


distributions = cache(packages_distributions)  # it reads what is installed, file by file


@cache
def imported(project: Path) -> frozenset[str]:
    modules: set[str] = set()
    for path in project.rglob("*.py"):
        if any((folder / "pyproject.toml").exists() for folder in path.parents if folder != project and folder.is_relative_to(project)):
            continue  # another project, below this one
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    by_module: Mapping[str, list[str]] = distributions()
    third_party = modules - set(sys.stdlib_module_names) - NAMESPACES
    return frozenset(plain(by_module.get(module, [module])[0]) for module in third_party)


def plain(name: str) -> str:
    """Return a distribution's name as the lock writes it, without versions and extras."""
    return re.split(r"[\[<>=!~ ]", name)[0].lower().replace("_", "-")


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_project_declares_what_it_imports(project: Path) -> None:
    own = {plain(path.parent.name) for path in project.glob("*/__init__.py")}
    assert sorted(imported(project) - declared(project) - own) == []


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_project_uses_what_it_declares(project: Path) -> None:
    unused = declared(project) - imported(project) - ONLY_NAMED
    assert sorted(name for name in unused if name.split("-")[0] not in NAMESPACES) == []


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_lock_has_what_is_declared(project: Path) -> None:
    locks = [ROOT / "requirements.lock", *project.glob("*.lock")]
    locked = {name for lock in locks for name in re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==", lock.read_text("utf-8"), re.MULTILINE)}
    assert sorted(name for name in declared(project) if not name.startswith("ihala-") and name not in locked) == []
