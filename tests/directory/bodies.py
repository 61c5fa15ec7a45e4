"""What is sent to the directory's routes: an organisation, a service, a match, a reservation."""

from typing import Any
from uuid import uuid4

from tests.directory.world import ZUMMAR_AT

ORGANIZATION: dict[str, Any] = {
    "kind": "cso", "names": {"en": "A new one"}, "phone": "+964 700 000 0099", "agreement": {"version": "1", "until": "2035-01-01"},
}  # fmt: skip
SERVICE: dict[str, Any] = {
    "names": {"ar": "ترميم", "en": "Repair"}, "need_codes": ["housing.repair"],
    "at": [{
        "location": {"place": "IQG15Q08N01", "latitude": 36.4, "longitude": 42.4, "names": {"en": "Here"}},
        "areas": ["IQG15Q08"], "capacity": {"kind": "slot", "figure": 3},
    }],
}  # fmt: skip
MATCH = {"need_code": "housing.hlp", "governorate": "IQG15", "district": "IQG15Q08"}
RESERVATION = {"need_id": str(uuid4()), "service_at_location_id": str(ZUMMAR_AT)}
