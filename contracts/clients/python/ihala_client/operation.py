"""An operation of an API: what is sent and what comes back. All of them stand in `ihala_client.api`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter

Body = TypeVar("Body")
Answer = TypeVar("Answer")
Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Operation(Generic[Body, Answer]):
    """One method at one address. `kind` is the type of the answer: a model, a list of them, `bytes` as they come, or None."""

    method: str
    path: str
    kind: Any
    query: tuple[str, ...] = field(default=())

    @cached_property
    def _adapter(self) -> TypeAdapter[Answer]:
        return TypeAdapter(self.kind)

    def read(self, content: bytes) -> Answer:
        """Return an answer's body as what it is."""
        if self.kind is bytes:
            return content  # type: ignore[return-value]
        return self._adapter.validate_json(content or b"null")

    def target(self, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return path and query for these parameters; None leaves one out. Raises TypeError for one it does not have, or lacks."""
        left = {name: value for name, value in parameters.items() if value is not None}
        parts = [self._filled(part, left) for part in self.path.split("/")]
        if unknown := sorted(left.keys() - set(self.query)):
            raise TypeError(f"{self.method} {self.path} has no parameter {', '.join(unknown)}")
        return "/".join(parts), {name: _plain(value) for name, value in left.items()}

    def _filled(self, part: str, left: dict[str, Any]) -> str:
        if not part.startswith("{"):
            return part
        name = part[1:-1]
        if name not in left:
            raise TypeError(f"{self.method} {self.path} needs {name}")
        return quote(str(left.pop(name)), safe="")


@dataclass(frozen=True, eq=False)
class Listing(Operation[None, Answer], Generic[Answer, Item]):
    """A list that comes in pages: `Client.pages` gives its items, one after another."""


def content_of(body: object) -> bytes | None:
    """Return a body as bytes: a model or plain data as JSON, of a model only what was set; bytes as they are."""
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, BaseModel):
        return body.model_dump_json(exclude_unset=True, by_alias=True).encode()
    return TypeAdapter(Any).dump_json(body)


def _plain(value: Any) -> Any:
    """Return a parameter as a query writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
