"""All events by type: how a reader finds the model of what it received."""

from pydantic import TypeAdapter

from ihala_contracts import directory_v1, gateway_v1, intake_v1, notify_v1, referral_v1
from ihala_contracts.envelope import Event

MODULES = {
    "intake": intake_v1,
    "directory": directory_v1,
    "referral": referral_v1,
    "notify": notify_v1,
    "gateway": gateway_v1,
}
TOPICS = tuple(module.TOPIC for module in MODULES.values())


def type_of(model: type[Event]) -> str:
    """Return the CloudEvents type, e.g. `org.ihala.referral.accepted`."""
    return str(model.model_fields["type"].default)


def version_of(model: type[Event]) -> int:
    """Return the version of the event's data."""
    return int(model.model_fields["version"].default)


BY_TYPE: dict[tuple[str, int], type[Event]] = {
    (type_of(model), version_of(model)): model for module in MODULES.values() for model in module.EVENTS
}


def schema_name(model: type[Event]) -> str:
    """Return the file name of the model's JSON Schema: `referral.accepted.v1.json`."""
    return f"{type_of(model).removeprefix('org.ihala.')}.v{version_of(model)}.json"


def schema_of(model: type[Event]) -> dict[str, object]:
    """Return the JSON Schema (2020-12) of the event's data, as it is written."""
    return TypeAdapter(model).json_schema(mode="serialization")
