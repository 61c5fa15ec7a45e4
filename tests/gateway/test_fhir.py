"""FHIR's addresses: at the root, with tokens, and refused as FHIR refuses."""

import pytest

from tests.gateway.house import House

FHIR_JSON = "application/fhir+json"


async def test_it_is_reached_at_the_root_with_a_token_and_what_it_can_do_without(seen: House) -> None:
    async with seen.session.get("/fhir/R4/Task?status=requested&_count=2", headers=await seen.signed_in(scope="referral:read")) as answer:
        assert answer.status == 200
    async with seen.session.get("/fhir/R4/metadata") as answer:
        assert answer.status == 200
    tasks, metadata = seen.upstream.seen
    assert (tasks.raw_path, tasks.query, tasks.internal()[1]["client_id"]) == (b"/fhir/R4/Task", b"status=requested&_count=2", "centre")
    assert (metadata.raw_path, metadata.internal()[1]["client_id"]) == (b"/fhir/R4/metadata", "anonymous")


@pytest.mark.parametrize(
    ("method", "path", "signed_in", "status", "code"),
    [
        ("GET", "/fhir/R4/Task", False, 401, "login"), ("GET", "/fhir/R4/ServiceRequest", True, 403, "forbidden"),
        ("GET", "/fhir/R4/Patient", True, 404, "not-found"), ("GET", "/fhir/R4/Task/a;b", True, 400, "invalid"),
        ("DELETE", "/fhir/R4/Task", True, 405, "not-supported"),
    ],
)  # fmt: skip
async def test_a_refusal_is_an_outcome(seen: House, method: str, path: str, signed_in: bool, status: int, code: str) -> None:
    headers = {"Accept-Language": "ar"} | (await seen.signed_in(scope="referral:read") if signed_in else {})
    async with seen.session.request(method, path, headers=headers) as answer:
        body = await answer.json(content_type=FHIR_JSON)
        assert (answer.status, answer.headers["Content-Language"]) == (status, "ar")
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert (body["resourceType"], body["language"]) == ("OperationOutcome", "ar")
    [issue] = body["issue"]
    assert (issue["severity"], issue["code"], issue["diagnostics"]) == (
        "error",
        code,
        f"urn:ihala:request:{answer.headers['X-Request-Id']}",
    )
    assert not seen.upstream.seen


async def test_elsewhere_a_refusal_stays_a_problem(seen: House) -> None:
    for path in ("/referral/v1/referrals", "/referral/fhir/R4/Task", "/fhir", "/fhir/R4x"):
        async with seen.session.get(path) as answer:
            assert answer.headers["Content-Type"] == "application/problem+json"
