"""All events in one OpenAPI document, so that what makes types of a service's document makes those of its events as well."""

import json
from collections import Counter
from typing import Any

from ihala_contracts.documents import schemas

_DEFS, _HERE = "#/$defs/", "#/components/schemas/"


def document() -> dict[str, Any]:
    """Return an OpenAPI 3.1 document without paths, with a schema for each event and for each part that events share.

    An event is named as in the contracts, with its service in front where two services have one of that name. Raises ValueError
    when two events mean something else by the same part.
    """
    found, named = schemas(), Counter(schema["title"] for schema in schemas().values())
    components: dict[str, Any] = {}
    for file, schema in found.items():
        service, title = file.partition(".")[0], schema["title"]
        parts = {**schema.pop("$defs", {}), title if named[title] == 1 else service.capitalize() + title: schema}
        for name, part in parts.items():
            here = json.loads(json.dumps(part).replace(_DEFS, _HERE))
            if components.setdefault(name, here) != here:
                raise ValueError(f"{file}: {name} is something else in another event")
    info = {"title": "Events", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": components}}
