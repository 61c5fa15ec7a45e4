"""Files of requests and their reports."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from ihala_intake.models.base import Answer


class RequestFileView(Answer):
    """How a file stands. `rows` hold anything; `taken`, `known` (brought before under the same number) and `refused` count them.

    `state`: waiting to be read, loading (`loaded_until`: the row so far), done, refused (nothing could be read), failed (ours to see).
    """

    id: UUID
    system: str
    kind: Literal["xlsx", "csv"]
    dry_run: bool
    state: Literal["waiting", "loading", "done", "refused", "failed"]
    rows: int
    loaded_until: int
    taken: int
    known: int
    refused: int
    received_at: datetime
    finished_at: datetime | None
    version: int


class LineView(Answer):
    """One line of a report. `code` is for programs; `words` are in the caller's language. Nothing of the file is repeated."""

    n: int
    level: Literal["fault", "note", "outcome"]
    code: str
    row: int | None
    cell: str | None = Field(description="F17")
    column: str | None
    column_name: str | None
    words: str
    request_id: UUID | None
