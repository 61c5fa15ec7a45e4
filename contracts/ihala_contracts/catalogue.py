"""All events by type: how a reader finds the model of what it received."""

from ihala_contracts import directory_v1, gateway_v1, intake_v1, notify_v1, referral_v1
from ihala_contracts.envelope import Event, type_of, version_of

MODULES = {
    "intake": intake_v1,
    "directory": directory_v1,
    "referral": referral_v1,
    "notify": notify_v1,
    "gateway": gateway_v1,
}
TOPICS = tuple(module.TOPIC for module in MODULES.values())


BY_TYPE: dict[tuple[str, int], type[Event]] = {
    (type_of(model), version_of(model)): model for module in MODULES.values() for model in module.EVENTS
}
