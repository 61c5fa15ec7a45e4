"""Bodies and answers about files of a case."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from pydantic import Field

from ihala_intake.casework.files.kinds import MediaType
from ihala_intake.models.base import Answer, Body, Name, Note

Purpose = Literal["identity_document", "property_document", "education_document", "medical_document", "form", "photo", "other"]
AttachmentState = Literal["uploading", "quarantined", "clean", "rejected", "removed"]


class AttachmentIn(Body):
    """A file that will come in parts."""

    purpose: Purpose
    media_type: MediaType
    size: int = Field(ge=1, description="Bytes of the whole file.")
    need_id: UUID | None = Field(default=None, description="The one need of the case that it is for; a medical file goes to nobody else.")
    name: Name | None = None
    note: Note | None = None


class AttachmentView(Answer):
    """A file. Only a `clean` one can be fetched. `version` is its ETag."""

    attachment_id: UUID
    case_id: UUID
    need_id: UUID | None
    purpose: Purpose
    media_type: MediaType
    size: int = Field(description="Bytes: as announced, then of the clean copy.")
    sensitivity: Sensitivity
    state: AttachmentState
    reason: str | None = Field(description="Why it was rejected or removed: unreadable, encrypted, active_content, too_large_inside …")
    part_size: int = Field(description="Bytes of every part but the last.")
    parts: int
    missing: list[int] = Field(description="Which parts have to come yet, from 1.")
    name: str | None
    note: str | None
    added_at: datetime
    version: int


class RemovalIn(Body):
    """Why a file is taken out. Its bytes are gone then."""

    reason: Literal["wrong_case", "wrong_file", "person_asked", "not_needed", "duplicate"]
