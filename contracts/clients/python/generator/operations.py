"""An API's operations as constants that `Client.call` takes: what is sent, what comes back. Pure."""

import re
from typing import Any

from generator.schemas import Json, class_name, lean, references

METHODS = ("get", "post", "put", "patch", "delete")
_LEFT_OUT = ("/hsds", "/v1/hsds", "/fhir", "/l/")  # standards of their own, and pages for people
_JSON = "application/json"
_NAMED = re.compile(r"\{(.+)\}")


def operations(document: Json) -> list[Json]:
    """Return the operations of a document in its order; each has `name`, `method`, `path`, `body`, `answer`, `item`, `query`, `words`."""
    prefix = document["servers"][0]["url"]
    found = [
        _operation(prefix, method, path, about, document["components"]["schemas"])
        for path, methods in document["paths"].items()
        if not path.startswith(_LEFT_OUT)
        for method, about in methods.items()
        if method in METHODS
    ]
    names = [one["name"] for one in found]
    if len(set(names)) != len(names):
        raise SystemExit(f"two operations of {prefix} have one name: {sorted(name for name in names if names.count(name) > 1)}")
    return found


def name_of(method: str, path: str) -> str:
    """Return an operation's name: `POST /v1/referrals/{referral_id}/acceptance` is `post_referrals_acceptance`.

    It is made of nothing but method and path, which are frozen; what a function of ours is called may change.
    """
    parts = [part for part in path.split("/") if part not in ("", "v1")]
    words = [part.replace("-", "_").replace(".", "_") for part in parts if not _NAMED.fullmatch(part)]
    if last := _NAMED.fullmatch(parts[-1]):
        words.append("by_" + last[1].rpartition("_")[2])
    return "_".join([method, *words])


def used(found: list[Json]) -> list[str]:
    """Return the class names that operations need."""
    return [name for one in found for name in one["schemas"]]


def written(one: Json) -> str:
    """Return an operation as a line of Python, with its words below."""
    kind, types = ("Listing", f"{one['answer']}, {one['item']}") if one["item"] else ("Operation", f"{one['body']}, {one['answer']}")
    more = [repr(tuple(sorted(one["query"])))] if one["query"] else []
    said = ", ".join([repr(one["method"].upper()), repr(one["path"]), one["answer"], *more])
    return f'{one["name"]}: {kind}[{types}] = {kind}({said})\n"""{one["words"]}"""\n'


def _operation(prefix: str, method: str, path: str, about: Json, schemas: Json) -> Json:
    body, answer, item = _body(about), _answer(about), None
    if answer.startswith("PageOf"):
        item = _type(schemas[next(name for name in schemas if class_name(name) == answer)]["properties"]["items"]["items"])
    told = (about.get("description") or about["summary"]).split("\n\n")[0].replace("\n", " ").replace('"', "'").replace("\\", "/")
    parameters = about.get("parameters", [])
    wanted = [
        *_schemas(about.get("requestBody", {})),
        *(s for code, r in about["responses"].items() if code[0] == "2" for s in _schemas(r)),
    ]
    return {
        "name": name_of(method, path), "method": method, "path": prefix + path, "body": body, "answer": answer, "item": item,
        "query": [one["name"] for one in parameters if one["in"] == "query"], "words": told,
        "schemas": [name for schema in wanted for name in references(schema)],
    }  # fmt: skip


def _schemas(part: Json) -> list[Any]:
    return [lean(kind["schema"]) for name, kind in part.get("content", {}).items() if name == _JSON]


def _body(about: Json) -> str:
    content = about.get("requestBody", {}).get("content", {})
    if not content:
        return "None"
    return _type(content[_JSON]["schema"]) if list(content) == [_JSON] else "bytes"


def _answer(about: Json) -> str:
    given = next(response for code, response in about["responses"].items() if code[0] == "2")
    content = given.get("content", {})
    if not content:
        return "None"
    return _type(content[_JSON]["schema"]) if _JSON in content else "bytes"


def _type(schema: Json) -> str:
    """Return a schema at an operation as a type; one that may be left out (`null`) as what it is when it is there."""
    if "$ref" in schema:
        return class_name(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return _type(next(part for part in schema["anyOf"] if part.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list[{_type(schema['items'])}]"
    return "bytes" if schema.get("format") == "binary" else "Any"
