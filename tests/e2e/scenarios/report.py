"""A line for each situation and what became of it: the screen of `make scenarios`.

python -m pytest -p tests.e2e.scenarios.report tests/e2e/scenarios
"""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

FILES = re.compile(r"test_(\d\d)_\w+\.py")
NOT_YET: dict[int, str] = {}  # situations without a journey, by number: they are printed, too


class Lines:
    """Prints one line when the last journey of a situation is over."""

    def __init__(self) -> None:
        self.left: dict[int, int] = defaultdict(int)
        self.seconds: dict[int, float] = defaultdict(float)
        self.broken: dict[int, list[str]] = defaultdict(list)
        self.waiting = dict(NOT_YET)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Draw no dots between the lines."""
        return ("passed", "", "") if report.when == "call" and report.passed else None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            self.left[number_of(item.path)] += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        number = number_of(Path(report.location[0]))
        self.seconds[number] += report.duration
        if report.failed:
            self.broken[number].append(report.location[2].removeprefix("test_").replace("_", " "))
        if report.when == "teardown":
            self.left[number] -= 1
            if not self.left[number]:
                self.say_waiting(number)
                say(number, title(Path(report.location[0])), self.broken[number], self.seconds[number])

    def say_waiting(self, before: int) -> None:
        """Print what is not there yet, where it stands among the others."""
        for number in [number for number in self.waiting if number < before]:
            say(number, self.waiting.pop(number), None, 0)


def say(number: int, what: str, broken: list[str] | None, seconds: float) -> None:
    """Print the line of one situation: held, broken (and where), or not there yet."""
    result = "not yet" if broken is None else "BROKEN" if broken else "held"
    print(f"\r{number:>2}  {result:<8}{seconds:>6.1f} s  {what}", file=sys.__stdout__, flush=True)
    for journey in broken or ():
        print(f"{'':>20}broken: {journey}", file=sys.__stdout__, flush=True)


def title(file: Path) -> str:
    """Return what a file of journeys is about: the first line of its docstring."""
    return str(ast.get_docstring(ast.parse(file.read_text("utf-8")))).splitlines()[0]


def number_of(file: Path) -> int:
    """Return the number of the situation that a file is about."""
    found = FILES.fullmatch(file.name)
    assert found, f"{file.name} is about no situation"
    return int(found[1])


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Lines())
