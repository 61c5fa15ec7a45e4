"""What is done with a person's file: merged, erased, opened by somebody whose it is not."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1.base import TOPIC


class PossibleDoubleFound(Event):
    """Two persons of one operator may be one, and somebody has to decide. Keyed by the pair. Never about anybody restricted."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "candidate_id"
    type: Literal["org.ihala.intake.possible-double-found"] = "org.ihala.intake.possible-double-found"
    version: Literal[1] = 1
    candidate_id: UUID
    operator_id: UUID
    found_at: datetime


class PersonMerged(Event):
    """The operator decided that two persons are one. Nothing moved: cases, needs and references stay. Keyed by the person kept."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "person_id"
    type: Literal["org.ihala.intake.person-merged"] = "org.ihala.intake.person-merged"
    version: Literal[1] = 1
    person_id: UUID  # that the office goes on with
    merged_id: UUID
    merge_id: UUID
    operator_id: UUID
    merged_at: datetime


class PersonMergeUndone(Event):
    """The two are told apart again. Keyed by the person that was kept."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "person_id"
    type: Literal["org.ihala.intake.person-merge-undone"] = "org.ihala.intake.person-merge-undone"
    version: Literal[1] = 1
    person_id: UUID
    merged_id: UUID
    merge_id: UUID
    operator_id: UUID
    undone_at: datetime


class PersonErased(Event):
    """A person's keys were destroyed. Keyed by the erasure. Read by every service that seals things about needs under keys of its own:
    it destroys those of `needs`, makes none for them ever again, and answers with its ErasureReported.
    """

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "erasure_id"
    type: Literal["org.ihala.intake.person-erased"] = "org.ihala.intake.person-erased"
    version: Literal[1] = 1
    erasure_id: UUID
    operator_id: UUID
    needs: list[UUID]
    erased_at: datetime


class ErasureOverdue(Event):
    """After 72 hours a service has not said that its keys are gone. Keyed by the erasure. For the data-protection officer."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "erasure_id"
    type: Literal["org.ihala.intake.erasure-overdue"] = "org.ihala.intake.erasure-overdue"
    version: Literal[1] = 1
    erasure_id: UUID
    operator_id: UUID
    awaited: list[str]
    asked_at: datetime


class _BreakGlassEvent(Event):
    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "break_glass_id"

    break_glass_id: UUID
    operator_id: UUID
    office_id: UUID | None = None
    organization_id: UUID


class BreakGlassOpened(_BreakGlassEvent):
    """Somebody opened a file that was not theirs, for three hours and a reason. For the owning office and the data-protection officer.

    `operator_id` and `office_id` own the file, `organization_id` reads it. The reason stays in intake.
    """

    type: Literal["org.ihala.intake.break-glass-opened"] = "org.ihala.intake.break-glass-opened"
    version: Literal[1] = 1
    opened_at: datetime
    until: datetime


class BreakGlassEnded(_BreakGlassEvent):
    """It is over: the time is up, the reader gave it back, or the data-protection officer ended it. For the same two."""

    type: Literal["org.ihala.intake.break-glass-ended"] = "org.ihala.intake.break-glass-ended"
    version: Literal[1] = 1
    by: Literal["time", "reader", "dpo"]
    ended_at: datetime
