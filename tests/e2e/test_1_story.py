"""Scenario 1: from a centre of the Ministry of Interior to an outcome that the person confirmed, twice, with new people."""

import io

from ihala_local.stack import Stack
from ihala_local.story import walk
from rich.console import Console

from tests.e2e.checker import settled


async def test_the_story_holds(stack: Stack) -> None:
    for _ in range(2):
        told = io.StringIO()
        assert await walk(stack.place, Console(file=told, width=160)), told.getvalue()


async def test_nothing_is_wrong_after_it(stack: Stack) -> None:
    assert await settled(stack.place) == []
