"""What readers say is wrong: of a file as a whole, or of one place in it. Plain data, for it crosses a pipe."""

from dataclasses import dataclass, field
from typing import Any


class Unsafe(Exception):
    """The file is not read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Fault:
    """What is wrong, by code, and where; never a word of what stood there. `row` is none for the file as a whole."""

    code: str
    row: int | None = None
    cell: str | None = None  # "F17", or a JSON pointer of numbers and names of ours
    column: str | None = None  # the key of a column that is known
    params: dict[str, Any] = field(default_factory=dict)  # numbers and codes of ours alone
