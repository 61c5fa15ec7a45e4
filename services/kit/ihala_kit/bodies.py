"""Bodies of requests, read as JSON writes them: a number is neither a text nor a yes, and a yes is no number."""

from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

_EXACT = ("int", "float", "bool")
_NO_SCHEMA = ("metadata", "default")


def _be_exact(part: Any) -> None:
    """Let every number and every yes or no within a schema be nothing else."""
    if isinstance(part, dict):
        if part.get("type") in _EXACT:
            part["strict"] = True
        for name, inner in part.items():
            if name not in _NO_SCHEMA:
                _be_exact(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            _be_exact(inner)


class Sent(BaseModel):
    """What a caller sends, or a part of it: nothing that is not named, and numbers and answers of yes or no as such.

    Pydantic counts `true` as 1, reads "5" as five and "on", or 1, as yes. A consent that is given is never guessed. Texts stay the way to
    write days, ids and codes, so this cannot be pydantic's strict mode. Not for queries, where all is text.
    """

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /) -> CoreSchema:
        schema = handler(source)
        _be_exact(schema)
        return schema
