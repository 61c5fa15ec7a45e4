"""What imports answer, version 1."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_directory.models.shown import Shown

Kind = Literal["sheet", "sheet_csv", "hsds", "hsds_csv"]
Mode = Literal["all_or_nothing", "rest"]


class Import(Shown):
    """How an import stands. `rows` counts what was read, `refused` rows with a fault; the others count services.

    `state`: waiting to be read, loading (`loaded_until` says how far), done, refused (nothing was loaded), failed (ours to look at).
    """

    id: UUID
    source: str
    kind: Kind
    mode: Mode
    dry_run: bool
    state: Literal["waiting", "loading", "done", "refused", "failed"]
    rows: int
    loaded_until: int
    created: int
    changed: int
    unchanged: int
    refused: int
    received_at: datetime
    finished_at: datetime | None
    version: int


class Line(Shown):
    """One line of a report. `code` is for programs and stable; the words are in the caller's language. Nothing of the file is repeated.

    `level`: fault (the row is not loaded), note, or outcome (what became of the row). `cell` is "F17", or a place in an HSDS file.
    """

    number: int
    level: Literal["fault", "note", "outcome"]
    code: str
    row: int | None
    cell: str | None
    column: str | None
    column_name: str | None
    wrong: str | None
    right: str
