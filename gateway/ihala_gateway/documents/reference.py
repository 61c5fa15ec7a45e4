"""The services' OpenAPI documents as a reader wants them: what to call, with what, what comes back, what may be refused. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ihala_contracts.examples import value_for
from ihala_contracts.public_routes import at_the_root

from ihala_gateway.documents.shapes import Field, Kind, Shape, about, kind, shape

Document = Mapping[str, Any]
LONGEST_EXAMPLE = 4_000  # signs; what is longer says less than its fields


@dataclass(frozen=True, slots=True)
class Content:
    """A body, one way or the other."""

    media_type: str
    kind: Kind
    example: str  # JSON; "" where there is none


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back when all goes well."""

    status: str
    about: str
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One problem that an operation may answer with."""

    status: str
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `path` is as the outside writes it."""

    service: str
    method: str
    path: str
    group: str
    summary: str
    about: str
    scopes: tuple[str, ...]  # all of them are needed; none: public
    deprecated: bool
    sunset: str  # the day after which it is gone; "" where none is said
    parameters: tuple[tuple[str, Field], ...]  # where it stands (path, query, header), what it is
    body: tuple[Content, ...]
    answers: tuple[Answer, ...]
    refusals: tuple[Refusal, ...]

    @property
    def anchor(self) -> str:
        """Return its address within the page of its service."""
        return f"{self.method.lower()}{self.path}".replace("{", "").replace("}", "")

    @property
    def short(self) -> str:
        """Return its first sentence."""
        return (self.about or self.summary).partition("\n")[0].partition(". ")[0].rstrip(".")


@dataclass(frozen=True, slots=True)
class Reference:
    """One service."""

    service: str
    title: str
    version: str
    document: str  # address of its OpenAPI document
    groups: tuple[tuple[str, tuple[Operation, ...]], ...]
    shapes: tuple[Shape, ...]

    def operations(self) -> Iterator[Operation]:
        """Yield all calls."""
        for _, operations in self.groups:
            yield from operations


def reference(service: str, document: Document, address: str) -> Reference:
    """Return a service's reference from its document as the outside sees it."""
    grouped: dict[str, list[Operation]] = {}
    schemas = document.get("components", {}).get("schemas", {})
    for operation in _operations(service, document, schemas):
        grouped.setdefault(operation.group, []).append(operation)
    groups = tuple((name, tuple(found)) for name, found in grouped.items())
    shapes = tuple(shape(name, schema) for name, schema in schemas.items())
    return Reference(service, document["info"]["title"], document["info"]["version"], address, groups, shapes)


def _operations(service: str, document: Document, schemas: Document) -> Iterator[Operation]:
    named = document.get("components", {}).get("parameters", {})
    for path, item in document.get("paths", {}).items():
        front = "" if at_the_root(path) else f"/{service}"
        for method, said in item.items():
            if isinstance(said, Mapping):
                yield _operation(service, method.upper(), front + path, said, schemas, named)


def _operation(service: str, method: str, path: str, said: Document, schemas: Document, named: Document) -> Operation:
    scopes = sorted({scope for entry in said.get("security", ()) for found in entry.values() for scope in found})
    answers = said.get("responses", {})
    return Operation(
        service=service, method=method, path=path, group=next(iter(said.get("tags", ())), service), summary=said.get("summary", ""),
        about=said.get("description", ""), scopes=tuple(scopes), deprecated=said.get("deprecated", False), sunset=said.get("x-sunset", ""),
        parameters=tuple(_parameter(one, named) for one in said.get("parameters", ())),
        body=tuple(_contents(said.get("requestBody", {}), schemas)),
        answers=tuple(_answer(status, found, schemas) for status, found in answers.items() if status < "400"),
        refusals=tuple(_refusals(answers)),
    )  # fmt: skip


def _parameter(said: Document, named: Document) -> tuple[str, Field]:
    found = named[said["$ref"].rsplit("/", 1)[-1]] if "$ref" in said else said
    schema = found.get("schema", {})
    words = about({**schema, "description": found.get("description") or schema.get("description", "")})
    return found["in"], Field(found["name"], kind(schema), found.get("required", False), words)


def _contents(said: Document, schemas: Document) -> Iterator[Content]:
    for media_type, content in said.get("content", {}).items():
        schema = content.get("schema", {})
        yield Content(media_type, kind(schema), _example(schema, schemas) if "json" in media_type else "")


def _answer(status: str, said: Document, schemas: Document) -> Answer:
    words = said.get("description", "")
    return Answer(status, "" if words == "Successful Response" else words, tuple(_contents(said, schemas)))


def _refusals(answers: Document) -> Iterator[Refusal]:
    for status, said in sorted(answers.items()):
        for content in said.get("content", {}).values() if status >= "400" else ():
            for slug, example in sorted(content.get("examples", {}).items()):
                yield Refusal(status, slug, example.get("summary", ""))


def _example(schema: Document, schemas: Document) -> str:
    text = json.dumps(value_for(dict(schema), dict(schemas)), indent=2, ensure_ascii=False)
    return text if len(text) <= LONGEST_EXAMPLE else ""
