"""What a check of chains found: in words that a data-protection officer can file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Broken:
    """A chain that does not hold: which, whose (an id), and where."""

    chain: str
    id: str
    why: str


@dataclass
class AuditReport:
    """How many chains and links of each kind hold, and which do not."""

    chains: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    broken: list[Broken] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield the report line by line."""
        for name in sorted(self.chains.keys() | {one.chain for one in self.broken}):
            bad = sum(one.chain == name for one in self.broken)
            yield f"{name}: {self.chains[name]} chains with {self.links[name]} links hold, {bad} do not"
        for one in self.broken:
            yield f"BROKEN {one.chain} of {one.id}: {one.why}"
        yield "not whole" if self.broken else "whole"
