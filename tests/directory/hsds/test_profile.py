"""The profile: merge patches that give valid schemas, and an OpenAPI document that is the specification's with its patch."""

from typing import Any

import pytest
from ihala_directory.hsds import openapi, patching, profile
from jsonschema import Draft202012Validator

from tests.directory.conftest import settings
from tests.directory.hsds.conftest import Feed
from tests.directory.hsds.validating import CHECKER


@pytest.mark.parametrize("name", profile.SCHEMAS)
async def test_schemas_are_served_and_valid(feed: Feed, name: str) -> None:
    status, served = await feed.get(f"/schema/{name}.json")
    assert status == 200 and served == profile.schema(name) != profile.vendored(name)
    assert "$ref" not in str(served)
    if name.endswith("_list") or name.startswith("taxonomy"):  # the whole ones have the same parts; to check them takes half a minute
        Draft202012Validator.check_schema(served)


async def test_every_patch_is_served_and_used(feed: Feed) -> None:
    _, said = await feed.get("/profile")
    assert set(said["schema"]) == set(profile.SCHEMAS)
    for name in said["patches"]:
        status, patch = await feed.get(f"/profile/{name}.json")
        assert status == 200 and patch
        if name != "openapi":
            Draft202012Validator.check_schema(patching.merged({}, patch))  # without what it takes out
            assert any(contains(profile.schema(one), name, patch) for one in profile.SCHEMAS), name
    for wrong in ("/profile/service", "/profile/none.json", "/schema/service", "/schema/README.md", "/schema/openapi.json"):
        assert (await feed.get(wrong))[0] == 404


async def test_the_openapi_document_is_the_specifications_with_its_patch(feed: Feed) -> None:
    _, served = await feed.get("/openapi.json")
    _, patch = await feed.get("/profile/openapi.json")
    assert patching.merged(profile.vendored("openapi"), patch) == served
    operations = [one for path in served["paths"].values() for method, one in path.items() if method in ("get", "post")]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names) and len(names) == 16
    for reference in set(references(served)):
        if reference.startswith("#"):
            assert resolved(served, reference), reference
        else:
            assert (await feed.get(reference.removeprefix("http://127.0.0.1:8080/hsds")))[0] == 200, reference


@pytest.mark.parametrize(
    ("said", "publisher"),
    [
        ({}, None), ({"publisher_website": "https://example.org"}, None), ({"publisher_name": "A ministry"}, {"name": "A ministry"}),
        (
            {"publisher_name": "A ministry", "publisher_website": "https://example.org", "publisher_email": "feed@example.org"},
            {"name": "A ministry", "website": "https://example.org", "email": "feed@example.org"},
        ),
    ],
)  # fmt: skip
def test_the_root_is_valid_with_and_without_a_publisher(said: dict[str, str], publisher: dict[str, str] | None) -> None:
    home = "http://127.0.0.1:8080/hsds"
    root = profile.root(home, settings("postgresql://x@127.0.0.1/x", "postgresql://x@127.0.0.1/x").model_copy(update=said))
    assert root.get("publisher") == publisher
    for document in (profile.vendored("openapi"), openapi.document(profile.vendored("openapi"), home)):
        schema = document["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator(schema, format_checker=CHECKER).validate(root)


@pytest.mark.parametrize(
    ("target", "patch", "result"),  # from RFC 7386, appendix A
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}), ({"a": "b"}, {"a": None}, {}), ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}), ({"a": [1]}, [1], [1]), ([1, 2], {"a": 1}, {"a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}), ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ],
)  # fmt: skip
def test_merging_is_as_the_rfc_says(target: Any, patch: Any, result: Any) -> None:
    assert patching.merged(target, patch) == result


def contains(schema: Any, name: str, patch: Any) -> bool:
    if isinstance(schema, list):
        return any(contains(one, name, patch) for one in schema)
    if not isinstance(schema, dict):
        return False
    here = schema.get("name") == name and set(patching.merged({}, patch)["properties"]) <= set(schema.get("properties", {}))
    return here or any(contains(one, name, patch) for one in schema.values())


def references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for one in node for found in references(one)]
    if not isinstance(node, dict):
        return []
    return [value for key, value in node.items() if key == "$ref"] + [found for one in node.values() for found in references(one)]


def resolved(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document
