"""Bad input gets its own problem, changes nothing and is not echoed: each kind that a partner can send, through the gateway."""

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import asyncpg
import pytest
from ihala_local.client import Answer, Client
from ihala_local.stack import Stack
from ihala_local.story.cast import Cast
from ihala_local.story.people import Family, dealt

from tests.e2e.checker import databases
from tests.e2e.crowd import CONSENTED, HOUSING, Crowd

SECRET = "لا-تردد-هذا"  # in every body; must never come back


def body(**changes: Any) -> dict[str, Any]:
    family = Family(she=replace(dealt(0), given=SECRET))
    return {**family.request([{"code": HOUSING, "urgency": "routine"}], CONSENTED), **changes}


def person(**changes: Any) -> dict[str, Any]:
    return {"person": {**body()["person"], **changes}}


REFUSED = {
    "malformed": (body(person={"place": 7}), 422, "malformed-request"),
    "unknown field": (body(religion=SECRET), 422, "malformed-request"),
    "unknown need": (body(needs=[{"code": "housing.castle", "urgency": "routine"}]), 422, "unknown-need-code"),
    "place outside Iraq": (body(**person(place="SYG01")), 422, "unknown-place"),
    "no consent": (body(consent=None), 422, "consent-missing"),
}


@pytest.fixture
async def counted(stack: Stack) -> AsyncIterator[None]:
    """Nothing may be kept of what is refused: neither a row nor an event."""
    before = await count(stack)
    yield
    assert await count(stack) == before


async def count(stack: Stack) -> list[int]:
    connection = await asyncpg.connect(databases(stack.place)["intake"])
    try:
        found = [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in ("request", "person", "need", "stream")]
    finally:
        await connection.close()
    return found


def refused(answer: Answer, slug: str) -> None:
    assert answer.body["type"] == f"urn:ihala:problem:{slug}"
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert SECRET not in json.dumps(answer.body, ensure_ascii=False)


@pytest.mark.parametrize("what", REFUSED)
async def test_a_bad_request_is_refused_by_name(cast: Cast, counted: None, what: str) -> None:
    sent, status, slug = REFUSED[what]
    answer = await cast.client("hlp-mosul").post("/intake/v1/requests", sent, status)
    refused(answer, slug)


async def test_what_is_not_json_is_malformed(cast: Cast, counted: None) -> None:
    centre = cast.client("hlp-mosul")
    answer = await raw(centre, "POST", "/intake/v1/requests", data=f"{{{SECRET}", headers={"Content-Type": "application/json"})
    assert answer.status == 422
    refused(answer, "malformed-request")


async def test_a_body_over_one_mebibyte_is_refused(cast: Cast, counted: None) -> None:
    answer = await raw(cast.client("hlp-mosul"), "POST", "/intake/v1/requests", data=b"x" * (2**20 + 1))
    assert answer.status == 413
    refused(answer, "body-too-large")


async def test_a_scope_that_is_missing_is_named(cast: Cast, counted: None) -> None:
    answer = await cast.client("provider-housing-zummar").post("/intake/v1/requests", body(), 403)
    refused(answer, "insufficient-scope")


@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", "Basic eDp5"])
async def test_no_token_or_a_foreign_one_is_refused(cast: Cast, counted: None, token: str) -> None:
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": token} if token else {}
        async with session.post(f"{cast.demo.base_url}/intake/v1/requests", json=body(), headers=headers) as answer:
            found = Answer("POST", "", answer.status, answer.headers.copy(), await answer.json(content_type=None))
    assert found.status == 401
    assert "WWW-Authenticate" in found.headers
    refused(found, "unauthenticated")


async def test_an_access_token_sent_straight_to_a_service_is_refused(stack: Stack, cast: Cast, counted: None) -> None:
    token = await cast.client("hlp-mosul").token()
    for service in ("intake", "directory", "referral", "notify"):
        async with aiohttp.ClientSession() as session:
            address = f"{stack.ports.url(service)}/v1/requests"
            async with session.post(address, json=body(), headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == 401


async def test_another_organisations_things_are_not_there(cast: Cast) -> None:
    crowd = Crowd(cast)
    need = await crowd.ask()
    offer = await crowd.offer(need)
    stranger = cast.client("stranger-ngo")
    for path in (
        f"/referral/v1/referrals/{offer.data['referral_id']}",
        f"/referral/v1/referrals/{uuid.uuid4()}",
        f"/intake/v1/disclosures/{offer.data['referral_id']}",
    ):
        refused(await stranger.get(path, 404), "referral-not-found")
    answer = await stranger.post(f"/referral/v1/referrals/{offer.data['referral_id']}/acceptance", {}, 404, if_match='"1"')
    refused(answer, "referral-not-found")


async def test_a_wrong_state_names_the_moves_that_are_open(cast: Cast) -> None:
    crowd = Crowd(cast)
    offer = await crowd.offer(await crowd.ask())
    provider, path = crowd.receiver(offer), f"/referral/v1/referrals/{offer.data['referral_id']}"
    current = await provider.get(path)
    answer = await provider.post(f"{path}/start", {}, 409, if_match=current.etag)
    refused(answer, "move-not-allowed")
    assert "accept" in str(answer.body["moves"])
    refused(await provider.post(f"{path}/acceptance", {}, 428), "precondition-required")
    refused(await provider.post(f"{path}/acceptance", {}, 412, if_match='"999"'), "stale")


async def test_the_same_key_with_another_body_is_refused_and_the_first_kept(cast: Cast) -> None:
    centre, key, first = cast.client("hlp-mosul"), str(uuid.uuid4()), body()
    kept = await centre.post("/intake/v1/requests", first, 202, key=key)
    refused(await centre.post("/intake/v1/requests", body(), 422, key=key), "idempotency-key-reused")
    again = await centre.post("/intake/v1/requests", first, 202, key=key)
    assert again.body == kept.body


async def test_the_same_number_of_the_origin_links_to_the_same_request(cast: Cast) -> None:
    centre, first = cast.client("hlp-mosul"), body()
    kept = await centre.post("/intake/v1/requests", first, 202)
    again = await centre.post("/intake/v1/requests", first, 202)
    assert again.body["request_id"] == kept.body["request_id"]


async def test_problems_speak_the_callers_language(cast: Cast) -> None:
    for language in ("ar", "ckb", "en"):
        headers = {"Accept-Language": language, "Content-Type": "application/json"}
        answer = await raw(cast.client("hlp-mosul"), "POST", "/intake/v1/requests", data="{", headers=headers)
        assert answer.headers["Content-Language"] == language


async def raw(client: Client, method: str, path: str, *, data: str | bytes, headers: dict[str, str] | None = None) -> Answer:
    """Send bytes as they are, with the client's token."""
    sent = {**(headers or {}), "Authorization": f"Bearer {await client.token()}"}
    async with client.session.request(method, client.demo.base_url + path, data=data, headers=sent) as answer:
        return Answer(method, path, answer.status, answer.headers.copy(), await answer.json(content_type=None))
