"""The AsyncAPI document as a reader wants it: topics, what is told on them, with which fields. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ihala_gateway.documents.shapes import Field, Shape, fields, shape

SAME_IN_ALL = frozenset({"type", "version"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What one part in an event receives of it, as an integrator."""

    part: str
    about: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One event in one version."""

    name: str  # referral.accepted.v1: also the name of its schema
    type: str
    title: str
    about: str
    key: str  # the field that keeps its events in order
    fields: tuple[Field, ...]
    shapes: tuple[Shape, ...]
    example: str
    seen: tuple[Seen, ...]  # by integrators; nobody: the services alone read it


@dataclass(frozen=True, slots=True)
class Topic:
    """What is told by one service."""

    service: str
    address: str
    events: tuple[Told, ...]


def topics(document: Mapping[str, Any]) -> list[Topic]:
    """Return the services' topics of the document, the events of each in its order."""
    messages = document["components"]["messages"]
    return [
        Topic(service, channel["address"], tuple(_told(channel, messages)))
        for service, channel in document["channels"].items()
        if all("x-key" in messages[name] for name in channel["messages"])
    ]


def _told(channel: Mapping[str, Any], messages: Mapping[str, Any]) -> Iterator[Told]:
    seen: dict[str, list[Seen]] = {}
    for message in messages.values():
        if "x-part" in message:
            fields_seen = tuple(message["payload"]["schema"]["properties"])
            seen.setdefault(message["x-event"], []).append(Seen(message["x-part"], message["description"], fields_seen))
    for name in channel["messages"]:
        message = messages[name]
        schema = message["payload"]["schema"]
        example = json.dumps(message["examples"][0]["payload"], indent=2, ensure_ascii=False)
        own = tuple(one for one in fields(schema) if one.name not in SAME_IN_ALL)
        inner = tuple(shape(f"{name}.{inside}", part) for inside, part in schema.get("$defs", {}).items())
        about = schema.get("description", "")
        yield Told(name, message["name"], message["title"], about, message["x-key"], own, inner, example, tuple(seen.get(name, ())))
