"""The AsyncAPI 3 document, made from the event models: the services' topics, and what integrators receive of them (integrators.py)."""

import inspect
import json
from typing import Any

from ihala_contracts import integrators
from ihala_contracts.catalogue import MODULES
from ihala_contracts.envelope import Event, schema_name, schema_of, type_of, version_of
from ihala_contracts.examples import example_of

_HEADERS: dict[str, Any] = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_partitionkey", "ce_sequence", "ce_epoch"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "Comes twice when a delivery is repeated: apply it once."},
        "ce_source": {"type": "string", "examples": ["/ihala/referral"]},
        "ce_type": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_dataschema": {"type": "string", "description": "The immutable name of the schema's version."},
        "ce_partitionkey": {"type": "string", "format": "uuid", "description": "What keeps its events in order, most often the need."},
        "ce_sequence": {"type": "string", "description": "Dense per source, key and epoch, from 1."},
        "ce_epoch": {"type": "string", "description": "Rises when the source was restored from a backup; numbers then begin at 1."},
        "traceparent": {"type": "string", "description": "W3C Trace Context."},
    },
}


def asyncapi() -> dict[str, Any]:
    """Return the document: a channel a topic or a way to integrators, an operation to receive each, a message an event, and one
    for each part in it."""
    ways = integrators.channels()
    messages = {_name(model): _message(model) for module in MODULES.values() for model in module.EVENTS}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ihala events",
            "version": "1.0.0",
            "description": (
                "CloudEvents 1.0 on Kafka, binary mode. Each event may come twice: apply it once, by `ce_id`. Those of one source and "
                "key come in the order in which they happened; across keys and sources there is no order. Never personal data. "
                "The services follow each other's topics whole; an integrator receives, as feed, webhook or on a topic of its own, what "
                "its organisation's part in an event sees of it. "
                "What may change within a version, and what comes as a new one, says contracts/CHANGELOG.md."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {service: _channel(module.TOPIC, module.EVENTS) for service, module in MODULES.items()} | ways,
        "operations": {f"follow-{name}": _operation(name) for name in (*MODULES, *ways)},
        "components": {
            "messages": {name: _placed(name, message) for name, message in (messages | integrators.messages()).items()},
            "schemas": {"headers": _HEADERS} | integrators.schemas(),
        },
    }


def _placed(name: str, message: dict[str, Any]) -> dict[str, Any]:
    """Return a message whose schema refers to its own parts from the document's root: AsyncAPI's tools look for them there."""
    here = f'"#/components/messages/{name}/payload/schema/$defs/'
    placed: dict[str, Any] = json.loads(json.dumps(message, ensure_ascii=False).replace('"#/$defs/', here))
    return placed


def _name(model: type[Event]) -> str:
    return schema_name(model).removesuffix(".json")


def _message(model: type[Event]) -> dict[str, Any]:
    return {
        "name": type_of(model),
        "title": model.__name__,
        "summary": _said(model).split("\n")[0],
        "description": _said(model),
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": schema_of(model)},
        "x-version": version_of(model),
        "x-key": model.key_field,
        "examples": [{"payload": example_of(model)}],
    }


def _said(model: type[Event]) -> str:
    """Return what the model says of itself: what happened, who reads it."""
    return inspect.cleandoc(model.__doc__ or "")


def _channel(topic: str, events: tuple[type[Event], ...]) -> dict[str, Any]:
    references = {_name(model): {"$ref": f"#/components/messages/{_name(model)}"} for model in events}
    return {"address": topic, "messages": references, "bindings": {"kafka": {"topic": topic, "partitions": 12, "bindingVersion": "0.5.0"}}}


def _operation(channel: str) -> dict[str, Any]:
    return {"action": "receive", "channel": {"$ref": f"#/channels/{channel}"}}
