"""Looks for who could meet a need: batch by batch until enough serve, so that thousands of candidates cost no more than a hundred."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from ihala_contracts.directory_v1 import Criterion
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.matching import store
from ihala_directory.matching.candidates import Sought
from ihala_directory.matching.judging import Failing, Match, in_order, ranked
from ihala_directory.matching.rules import Rules

ENOUGH = 5
KEPT_OF_A_BATCH = 100


@dataclass(slots=True)
class Found:
    """The candidates explained so far, best first; how many there are in all; what failed."""

    matches: list[Match] = field(default_factory=list)
    explained: int = 0
    remaining: int = 0
    failing: Failing = field(default_factory=Failing)

    @property
    def candidates(self) -> int:
        """Return how many say that they meet the need there."""
        return self.explained + self.remaining

    @property
    def serving(self) -> int:
        """Return for how many of those shown no criterion fails."""
        return sum(one.serves for one in self.matches)

    def failed(self, rules: Rules) -> list[Criterion]:
        """Return what failed everywhere, else anywhere. Whole only when nobody serves: then all were explained."""
        return self.failing.criteria(rules.number)

    def _add(self, batch: list[Match], remaining: int) -> None:
        self.matches = in_order([*self.matches, *batch[:KEPT_OF_A_BATCH]])[:KEPT_OF_A_BATCH]
        self.explained += len(batch)
        self.remaining = remaining
        for one in batch:
            self.failing.add(one.failing)


async def batch_by_batch(
    tx: AsyncSession, needs: Sequence[str], areas: Sequence[str], sought: Sought, rules: Rules, found: Found,
    first: int = store.FIRST_BATCH,
) -> AsyncIterator[list[Match]]:  # fmt: skip
    """Yield candidates, each batch best first, and write down in `found` what came of all so far."""
    async for candidates, remaining in store.batches(tx, needs, areas, sought, first):
        batch = ranked(candidates, sought, rules)
        found._add(batch, remaining)
        yield batch


async def find(
    tx: AsyncSession, needs: Sequence[str], areas: Sequence[str], sought: Sought, rules: Rules, *, enough: int = ENOUGH,
    first: int = store.FIRST_BATCH,
) -> Found:  # fmt: skip
    """Return the best candidates: of the `first` nearest where `enough` of them serve, else of all."""
    found = Found()
    async for _ in batch_by_batch(tx, needs, areas, sought, rules, found, first):
        if found.serving >= enough:
            break
    return found
