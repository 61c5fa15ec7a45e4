"""The dry run: what other rules would have answered to past needs, from what was kept of the answers. No person's facts are needed.

It looks at a bounded number of answers, a hundred at a time, the newest first.
"""

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.matching import store
from ihala_directory.matching.kept import Kept, first, read
from ihala_directory.matching.rules import RuleBody
from ihala_directory.models.matches import Changed, DryRun
from ihala_directory.tables import PlacementAnswer

A_PAGE = 100
MOST_EXAMPLES = 20


async def run(tx: AsyncSession, operator_id: UUID, body: dict[str, Any], since: datetime, most: int) -> DryRun:
    """Return how many of the operator's answers since `since`, at most `most`, would be others by these rules."""
    counts, examples = Counter[str](), list[Changed]()
    wanted, before = RuleBody.model_validate(body), None
    while counts["looked_at"] < most:
        rows = await store.past_answers(tx, operator_id, since, before, min(A_PAGE, most - counts["looked_at"]))
        given = await store.bodies(tx, {row.ruleset for row in rows if row.ruleset is not None})
        for row in rows:
            kept = read(row.explanation)
            counts["looked_at"] += 1
            if kept is None or row.ruleset is None or row.urgency is None:
                counts["by_hand_or_old"] += 1
                continue
            counts["compared"] += 1
            changed = _changed(row, kept, given[row.ruleset], wanted, row.urgency)
            _count(counts, examples, changed, incomplete=row.candidates > len(kept))
        if len(rows) < A_PAGE:
            break
        before = (rows[-1].answered_at, rows[-1].placement_id, rows[-1].attempt)
        await asyncio.sleep(0)  # others are served meanwhile
    names = ("looked_at", "compared", "same", "another_place", "nobody_now", "somebody_now", "incomplete", "by_hand_or_old")
    return DryRun(**{name: counts[name] for name in names}, examples=examples)


def _changed(row: PlacementAnswer, kept: list[Kept], given: RuleBody, wanted: RuleBody, urgency: str) -> Changed | None:
    """Compare two rulesets over the same candidates: what was full at the moment of the answer does not count as a change."""
    answered, _ = first(kept, given, urgency)
    would_be, failing = first(kept, wanted, urgency)
    if answered == would_be:
        return None
    because = sorted(failing) if would_be is None else _why(kept, wanted, urgency, would_be, answered)
    return Changed(
        placement_id=row.placement_id, attempt=row.attempt, answered_at=row.answered_at, answered=answered, would_be=would_be,
        because=because,
    )  # fmt: skip


def _why(kept: list[Kept], wanted: RuleBody, urgency: str, best: UUID, before: UUID | None) -> list[str]:
    """Return what now fails for the one that was answered, else what puts the other one before it."""
    pair = {one.service_at_location_id: one for one in kept}
    if before is None:
        return []
    return pair[before].failing(wanted, urgency) or pair[best].ahead_of(pair[before], wanted, urgency)


def _count(counts: Counter[str], examples: list[Changed], changed: Changed | None, *, incomplete: bool) -> None:
    if changed is None:
        counts["same"] += 1
        counts["incomplete"] += incomplete
        return
    how = "nobody_now" if changed.would_be is None else "somebody_now" if changed.answered is None else "another_place"
    counts[how] += 1
    if len(examples) < MOST_EXAMPLES:
        examples.append(changed)
