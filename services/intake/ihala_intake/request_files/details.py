"""What is sealed of a file, as it lies inside."""

from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, field_serializer, field_validator

from ihala_intake.request_files.reading import Row


class Content(BaseModel):
    """A file's bytes."""

    data: bytes

    @field_serializer("data", when_used="json")
    def _as_text(self, data: bytes) -> str:
        return b64encode(data).decode()

    @field_validator("data", mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        return b64decode(data) if isinstance(data, str) else data


class RowContent(BaseModel):
    """A row that was read."""

    model_config = ConfigDict(extra="ignore")

    content: dict[str, Any]

    @classmethod
    def of(cls, row: Row) -> "RowContent":
        """Return a row to be sealed."""
        return cls(content=asdict(row))

    def row(self) -> Row:
        """Return it as it was read."""
        return Row(**self.content)
