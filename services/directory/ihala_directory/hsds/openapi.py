"""The OpenAPI document of the feed: the specification's, pointing at our schemas, with our parameters, its known faults put right. Pure."""

from copy import deepcopy
from typing import Any

from ihala_directory.hsds.pages import LARGEST_MINIMAL, LARGEST_SIZE

Document = dict[str, Any]
_PAGE_MEMBERS = ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty"]
_LISTS = {
    "services": "service_list", "service_at_locations": "service_at_location_list", "organizations": "organization_list",
    "taxonomies": "taxonomy", "taxonomy_terms": "taxonomy_term",
}  # fmt: skip
_ENTRIES = {
    "services": "service", "service_at_locations": "service_at_location", "organizations": "organization", "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}  # fmt: skip
_OURS: dict[str, tuple[str, Document]] = {
    "governorate": ("P-code of a governorate (COD-AB Iraq): what serves it, or a part of it.", {"type": "string"}),
    "district": ("P-code of a district (COD-AB Iraq): what serves it.", {"type": "string"}),
    "need": ("Code of a need: see taxonomy_terms.", {"type": "string"}),
    "lat": ("Latitude of the point that proximity is measured from, WGS 84.", {"type": "number", "minimum": -90, "maximum": 90}),
    "lon": ("Longitude of that point.", {"type": "number", "minimum": -180, "maximum": 180}),
}
_ROOT: Document = {
    "required": ["version", "profile", "openapi_url", "description"],
    "properties": {
        "description": {"type": "string", "description": "What this feed has."},
        "publisher": {
            "type": "object", "description": "Who publishes the feed, where that was said.", "required": ["name"],
            "properties": {
                "name": {"type": "string"}, "website": {"type": "string", "format": "uri"}, "email": {"type": "string", "format": "email"},
            },
        },
    },
}  # fmt: skip
_EVERYWHERE = ("taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "postcode", "proximity", *_OURS)


def document(vendored: Document, home: str) -> Document:
    """Return the document for the feed at `home`."""
    made = deepcopy(vendored)
    made["info"] = {
        "title": "Ihala: directory of services (HSDS 3.1.1)", "version": "1.0.0", "summary": "Who can help, where, for whom.",
        "description": f"What differs from HSDS stands at {home}/profile. No token is needed; pages of any origin may read.",
        "license": {"name": "CC BY-SA 4.0", "url": "https://creativecommons.org/licenses/by-sa/4.0/"},
    }  # fmt: skip
    made["servers"] = [{"url": home}]
    _put_right(made["components"])
    root = made["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    root["required"] = _ROOT["required"]
    root["properties"] |= _ROOT["properties"]
    for name, schema in _LISTS.items():
        _list(made["paths"][f"/{name}"], name, f"{home}/schema/{schema}.json")
        _entry(made["paths"][f"/{name}/{{id}}"], f"{home}/schema/{_ENTRIES[name]}.json")
    return made


def _put_right(components: Document) -> None:
    components["schemas"]["Page"]["required"] = _PAGE_MEMBERS
    parameters = components["parameters"]
    parameters |= {
        name: {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
        for name, (text, schema) in _OURS.items()
    }
    parameters["modified_after"]["schema"]["format"] = "date-time"
    parameters["format"]["schema"]["enum"] = ["json", "ndjson"]
    parameters["page"]["schema"] |= {"minimum": 1, "default": 1}
    parameters["per_page"]["schema"] |= {"minimum": 1, "maximum": LARGEST_MINIMAL}
    parameters["per_page"]["description"] += f" At most {LARGEST_SIZE}; {LARGEST_MINIMAL} with minimal."
    parameters["proximity"] |= {"schema": {"type": "number", "exclusiveMinimum": 0}, "description": "Metres around lat and lon."}
    parameters["postcode"]["description"] = "Ignored: postal codes are not known here."


def _list(path: Document, name: str, schema: str) -> None:
    for method, operation in path.items():
        if name not in ("taxonomies", "taxonomy_terms"):
            _add_parameters(operation)
        if method == "post":
            operation["operationId"] += "ByPost"  # an operationId is there once
            properties = {_name(one): one.get("schema") or {"$ref": f"{one['$ref']}/schema"} for one in operation["parameters"]}
            body = {"schema": {"type": "object", "properties": properties}}
            operation["requestBody"] = {"required": False, "content": {"application/json": body}}
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        answer |= {"type": "object", "required": ["contents"]}
        answer["properties"]["contents"]["items"] = {"$ref": schema}


def _add_parameters(operation: Document) -> None:
    known = {_name(one) for one in operation["parameters"]}
    operation["parameters"] += [{"$ref": f"#/components/parameters/{name}"} for name in _EVERYWHERE if name not in known]


def _name(parameter: Document) -> str:
    return str(parameter.get("name") or parameter["$ref"].rsplit("/", maxsplit=1)[-1])


def _entry(path: Document, schema: str) -> None:
    path["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {"$ref": schema}
    missing = {"description": "There is no such entry.", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    path["get"]["responses"]["404"] = missing
