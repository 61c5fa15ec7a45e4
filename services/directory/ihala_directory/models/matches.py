"""Matching's bodies, sent and answered, version 1."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ihala_contracts.directory_v1 import Criterion
from ihala_kit.instants import Instant
from pydantic import AfterValidator, Field

from ihala_directory.matching.rules import By, RuleBody
from ihala_directory.models.drafts import AreaCode, Body, Code, FactsDraft
from ihala_directory.models.parts import plain
from ihala_directory.models.shown import Shown

Texts = dict[str, dict[str, dict[str, str]]]
"""By criterion, by result, by language tag."""


class SoughtFor(FactsDraft):
    """What is known of the person, as far as rules use it. It is not stored. `documents` are the codes of those that can be shown."""

    documents: list[Code] | None = Field(default=None, max_length=30)


class MatchRequest(Body):
    """Which need, where, for whom, how urgently."""

    need_code: Code
    governorate: AreaCode
    district: AreaCode | None = None
    urgency: Literal["emergency", "urgent", "routine"] = "routine"
    facts: SoughtFor = SoughtFor()
    excluded: list[UUID] = Field(default=[], max_length=100)
    most: int = Field(default=20, ge=1, le=50, description="How many to show.")


class Candidate(Shown):
    """One who says that it meets the need there: `serves` when no criterion fails.

    `ahead_by` is what puts it before the next one. `wait_days` is the provider's word, `waited_days` what those on its list waited;
    `answer_rate` is the share of its offers that were decided in time.
    """

    service_at_location_id: UUID
    service_id: UUID
    service_names: dict[str, str]
    organization_id: UUID
    organization_names: dict[str, str]
    serves: bool
    rank: int
    ahead_by: By | None
    free: int
    figure_at: datetime
    distance_km: float | None
    wait_days: int | None
    waiting: int
    waited_days: float | None
    answer_rate: float | None
    woman_counsellor: bool
    entry_condition: str
    criteria: list[Criterion]


class Matches(Shown):
    """Candidates, best first; when none serves, `failing` says what failed everywhere.

    `texts` has the words of every criterion and result that occurs. `candidates` is how many there are; `left_out` of them were not
    explained, since enough others that the rules put before them serve.
    """

    items: list[Candidate]
    failing: list[Criterion]
    texts: Texts
    ruleset: int
    candidates: int
    left_out: int


class CriterionText(Shown):
    """How one criterion and result, or one reason for an order, is said. `checked` tells whether a native reader saw it."""

    code: str
    result: Literal["pass", "fail", "unknown", "ahead"]
    texts: dict[str, str]
    checked: bool


class CriterionTexts(Shown):
    """All of them."""

    items: list[CriterionText]


class RulesetDraft(Body):
    """Rules that an operator prepares."""

    name: Annotated[str, AfterValidator(plain)] = Field(min_length=1, max_length=120)
    body: RuleBody


class Publication(Body):
    """From when the rules hold; now, if nothing is said."""

    valid_from: Instant | None = None


class DryRunRequest(Body):
    """Over which past answers: the newest first, not older than `since`."""

    since: Instant | None = None
    most: int = Field(default=500, ge=1, le=2000)


class Changed(Shown):
    """One past answer that the draft would have given differently; `because` is what decides, or what fails everywhere."""

    placement_id: UUID
    attempt: int
    answered_at: datetime
    answered: UUID | None
    would_be: UUID | None
    because: list[str]


class DryRun(Shown):
    """What a draft would have changed. `incomplete`: those with more candidates than were kept, for which "the same" is not certain."""

    looked_at: int
    compared: int
    same: int
    another_place: int
    nobody_now: int
    somebody_now: int
    incomplete: int
    by_hand_or_old: int
    examples: list[Changed]


class Ruleset(Shown):
    """Rules with their number once they are published. `tried` are the counts of the last dry run of a draft."""

    id: UUID
    operator_id: UUID
    name: str
    state: Literal["draft", "published"]
    number: int | None
    body: RuleBody
    valid_from: datetime | None
    drafted_by: str
    published_by: str | None
    tried: dict[str, Any] | None
    changed_at: datetime
    version: int


class KeptCandidate(Shown):
    """A candidate of a past answer."""

    service_at_location_id: UUID
    criteria: list[Criterion]


class Answer(Shown):
    """What was answered to one attempt, and why; `service_at_location_id` is where a place was reserved."""

    attempt: int
    outcome: Literal["reserved", "none", "cancelled"]
    answered_at: datetime
    ruleset: int | None
    candidates: int
    service_at_location_id: UUID | None
    items: list[KeptCandidate]


class Answers(Shown):
    """All attempts of a placement, with the words of what occurs in them."""

    items: list[Answer]
    texts: Texts
