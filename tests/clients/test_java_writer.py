"""What is written for Java: names that stay, types that a newer server does not break, documents that cannot end a comment."""

from typing import Any

import pytest
from ihala_local.clients.events import document
from ihala_local.clients.java.calls import api
from ihala_local.clients.java.names import call_name, class_name, documented, member_name
from ihala_local.clients.java.operations import Operation
from ihala_local.clients.java.records import record
from ihala_local.clients.java.types import Types

STATE = {"type": "string", "enum": ["offered", "accepted"]}
PART = {"type": "object", "properties": {"state": {"$ref": "#/components/schemas/State"}, "class": {"type": "integer"}}}
TYPES = Types({"State": STATE, "Part": PART})
UUID = {"type": "string", "format": "uuid"}


def operation(path: str, *names: str, **more: Any) -> Operation:
    parameters = [{"name": name, "in": "path", "required": True, "schema": UUID} for name in names]
    told = {"summary": "It", "parameters": parameters, "responses": {"200": {"content": {}}}, **more}
    return Operation("referral", "post", path, told, TYPES)


@pytest.mark.parametrize(
    ("schema", "java"),
    [
        ({"anyOf": [UUID, {"type": "null"}]}, "UUID"),
        ({"$ref": "#/components/schemas/State"}, "String"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Part"}}, "List<Part>"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "Map<String, String>"),
        ({"type": "object", "additionalProperties": True}, "Map<String, Object>"),
        ({"anyOf": [{"type": "string"}, {"type": "boolean"}]}, "Object"),
        ({"type": "string", "format": "date-time"}, "OffsetDateTime"),
        ({}, "Object"),
    ],
)
def test_types(schema: dict[str, Any], java: str) -> None:
    assert TYPES.of(schema) == java


def test_names() -> None:
    assert call_name("post", "/v1/referrals/{referral_id}/acceptance") == "postReferralsAcceptance"
    assert (class_name("Page_Referral_"), member_name("referral_id"), member_name("class")) == ("PageReferral", "referralId", "class_")
    assert documented("a */ <b> @c \\u002a/") == "a *&#47; &lt;b&gt; &#64;c &#92;u002a/"  # Java reads \u even in comments


def test_a_record_says_which_words_may_stand_there_and_has_a_builder_where_it_goes_out() -> None:
    source = record("org.x", "Part", PART, TYPES, has_builder=True)
    assert '@JsonProperty("class") Long class_' in source and "public Builder class_(long value)" in source
    assert " * @param state One of: offered, accepted.\n" in source
    assert "Builder" not in record("org.x", "Part", PART, TYPES, has_builder=False)


def test_two_calls_that_are_one_to_java_stop_the_writer() -> None:
    with pytest.raises(ValueError, match="has the name of another call"):
        api("org.x", "referral", [operation("/v1/a/{x}/b", "x"), operation("/v1/a/b/{x}", "x")])


def test_a_call_quotes_what_goes_into_the_path_and_sends_its_key() -> None:
    assert operation("/v1/a/{x_id}", "x_id").call() == (
        'org.ihala.client.Call.of("POST", "/referral/v1/a/" + org.ihala.client.Call.encoded(xId)).with("Idempotency-Key", idempotencyKey)'
    )


def test_every_event_has_a_record_of_its_own() -> None:
    schemas = document()["components"]["schemas"]
    kinds = [part["properties"]["type"]["const"] for part in schemas.values() if "const" in part.get("properties", {}).get("type", {})]
    assert len(kinds) == len(set(kinds)) > 100
    assert {"IntakeSealingKeyPublished", "ReferralSealingKeyPublished", "ReferralAccepted"} <= schemas.keys()
