"""What integrators receive, for the AsyncAPI document: three ways, and a message for each part that an organisation has in an event.

Made from VIEWS. What a part sees is less than the event as services write it, so it has a schema of its own.
"""

from collections.abc import Iterator
from typing import Any

from ihala_contracts.envelope import Event, schema_name, schema_of, type_of
from ihala_contracts.examples import value_for
from ihala_contracts.intake_v1 import NeedStateChanged
from ihala_contracts.views import STATUS_OF, VIEWS, Fields, is_shown

Json = dict[str, Any]

PARTS = {
    "receiver": "The organisation that the referral, or what it is about, is for.",
    "origin": "The organisation that met the person: a partner, of a need that is not restricted.",
    "operator": "The operator that coordinates the need; never of a restricted one.",
    "itself": "The organisation that the event is about.",
    "status": "A centre of the Ministry of Interior of its needs, and any other origin of a restricted one: this, and nothing else.",
}
TEST = "org.ihala.notify.test"
_ID = {"type": "string", "format": "uuid"}
_ATTRIBUTES: Json = {
    "id": _ID | {"description": "May come twice: know the event by it. The same on every way, and when it is replayed."},
    "source": {"type": "string", "description": "The service that says it. What one says of one subject comes in its order."},
    "type": {"type": "string", "examples": ["org.ihala.referral.accepted"]},
    "subject": {"type": "string", "description": "The id of what it is about: a referral, a need, a service."},
    "time": {"type": "string", "format": "date-time", "description": "When it happened; absent where you may not know that."},
    "dataschema": {"type": "string", "description": "`urn:ihala:schema:<name>.v<version>`. Of two versions feeds bring the older one."},
    "sequence": {"type": "integer", "description": "The position in your organisation's feed: later is higher."},
}
_ALWAYS = ["specversion", "id", "source", "type", "subject", "sequence"]
_CLOUD_EVENT: Json = {
    "type": "object",
    "required": [*_ALWAYS, "datacontenttype", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        **_ATTRIBUTES,
        "datacontenttype": {"const": "application/json"},
        "ihalareplay": {"const": True, "description": "Somebody asked for it again (webhooks)."},
        "data": {"type": "object", "description": "As the message of its type for your part says: those that the Kafka channel lists."},
    },
}
_PAGE: Json = {
    "type": "object",
    "required": ["events", "cursor"],
    "properties": {
        "events": {"type": "array", "items": {"$ref": "#/$defs/CloudEvent"}},
        "cursor": {"type": "string", "description": "Opaque: ask again with it, also when nothing came."},
    },
    "$defs": {"CloudEvent": _CLOUD_EVENT},
}


def schemas() -> Json:
    """Return what the messages refer to: an event's attributes as headers of Kafka."""
    told = {f"ce_{name}": schema | {"type": "string"} for name, schema in {"specversion": {"const": "1.0"}, **_ATTRIBUTES}.items()}
    return {"own-headers": {"type": "object", "required": [f"ce_{one}" for one in _ALWAYS], "properties": told}}


def messages() -> Json:
    """Return a message for each event and part, by name (`referral.accepted.v1.receiver`), and how feed and webhooks wrap them."""
    return {**dict(_shown()), "page": _message("page", "A page of a feed", _PAGE), "cloud-event": _wrapped(), "test": _test()}


def channels() -> Json:
    """Return the three ways."""
    own = _only(*(_name(model, part) for model, part, _ in _seen()), _name(NeedStateChanged, "status"))
    whose = {"organization": {"description": "The id of your organisation."}}
    return {
        "own-topic": {
            "address": "ihala.for.{organization}.v1",
            "description": "One organisation's feed: CloudEvents, binary. Who has two parts in an event receives the fields of both.",
            "parameters": whose,
            "messages": own,
            "bindings": {"kafka": {"partitions": 1, "bindingVersion": "0.5.0"}},
        },
        "feed": {"address": "/notify/v1/events", "description": "The same as pages, or as server-sent events.", "messages": _only("page")},
        "webhook": {
            "address": None,
            "description": "The same, each with a POST to the address of a subscription, signed (Standard Webhooks).",
            "messages": _only("cloud-event", "test"),
        },
    }


def _only(*names: str) -> Json:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _seen() -> Iterator[tuple[type[Event], str, Fields]]:
    for model, view in VIEWS.items():
        for part in ("receiver", "origin", "operator", "itself"):
            if is_shown(model) and (fields := getattr(view, part)):
                yield model, part, fields


def _shown() -> Iterator[tuple[str, Json]]:
    for model, part, fields in _seen():
        yield _of(model, part, seen(model, fields))
    status = {"type": "string", "enum": sorted(set(STATUS_OF.values()))}
    yield _of(NeedStateChanged, "status", _object("status", {"need_id": _ID, "status": status}, ["need_id", "status"], {}))


def _of(model: type[Event], part: str, schema: Json) -> tuple[str, Json]:
    name = _name(model, part)
    said = {"x-event": name.removesuffix(f".{part}"), "x-part": part, "headers": {"$ref": "#/components/schemas/own-headers"}}
    found = _message(type_of(model), f"{model.__name__}, {part}", schema) | said | {"description": PARTS[part]}
    return name, found | {"examples": [{"payload": value_for(schema, schema.get("$defs", {}))}]}


def _name(model: type[Event], part: str) -> str:
    return f"{schema_name(model).removesuffix('.json')}.{part}"


def seen(model: type[Event], fields: Fields) -> Json:
    """Return the schema of what a part sees: ids are always there, anything else where it is known and may be told; null is never said."""
    whole: Any = schema_of(model)
    shown = {name: _said(whole["properties"][name]) for name in fields}
    always = [name for name in fields if name.endswith("_id") and shown[name] == whole["properties"][name]]
    return _object(model.__name__, shown, always, _reached(shown, whole.get("$defs", {})))


def _object(title: str, properties: Json, required: list[str], definitions: Json) -> Json:
    found: Json = {"title": title, "type": "object", "properties": properties, "required": required}
    return found | ({"$defs": definitions} if definitions else {})


def _said(schema: Json) -> Json:
    """Return a field's schema without the null and the default that services may write."""
    kept = {name: value for name, value in schema.items() if name != "default"}
    forms = [form for form in kept.get("anyOf", ()) if form.get("type") != "null"]
    return {name: value for name, value in kept.items() if name != "anyOf"} | forms[0] if len(forms) == 1 else kept


def _reached(found: Any, definitions: Json) -> Json:
    """Return the definitions that a schema leads to."""
    names: set[str] = set()
    ahead = [found]
    while ahead:
        part = ahead.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in names:
                names.add(name)
                ahead.append(definitions[name])
            ahead += part.values()
        elif isinstance(part, list):
            ahead += part
    return {name: definitions[name] for name in sorted(names)}


def _message(name: str, title: str, schema: Json) -> Json:
    form = "application/schema+json;version=draft-2020-12"
    return {"name": name, "title": title, "payload": {"schemaFormat": form, "schema": schema}}


def _wrapped() -> Json:
    return _message("cloud-event", "An event, as JSON", _CLOUD_EVENT) | {"contentType": "application/cloudevents+json"}


def _test() -> Json:
    own = _CLOUD_EVENT["properties"] | {"type": {"const": TEST}, "data": {"type": "object", "maxProperties": 0}}
    said = "What `…/subscriptions/{id}/test` sends, to webhooks alone: it stands in no feed, its sequence is 0."
    found = _message(TEST, "A test of a webhook", _CLOUD_EVENT | {"properties": own})
    return found | {"contentType": "application/cloudevents+json", "description": said}
