"""A row at one of its versions, as one caller may see it: what a resource is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_kit.words import Language

from ihala_referral.states import PlacementState, State
from ihala_referral.tables import Placement, Referral


@dataclass(frozen=True, slots=True)
class File:
    """What an office's own file says of the need behind a referral."""

    case_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A referral at one of its versions, as one caller may see it. `file` only for the owning office; `reason` only if it is told."""

    row: Referral
    version: int
    at: datetime
    state: State
    reason: str | None
    language: Language
    office: bool
    origin: bool
    all_told: bool  # some reasons are the operator's alone, and the receiver's who gave them
    file: File | None = None
    shown: Mapping[str, Any] | None = None  # what the receiver may see of the person; with the newest version alone
    newest: bool = True

    @property
    def id(self) -> UUID:
        """Return the id of its resources."""
        return self.row.id


@dataclass(frozen=True, slots=True)
class Search:
    """A placement at one of its versions, for a coordinator of its owning office."""

    row: Placement
    version: int
    at: datetime
    state: PlacementState
    reason: str | None
    language: Language

    @property
    def id(self) -> UUID:
        """Return the id of its resources."""
        return self.row.id


Seen = Attempt | Search
