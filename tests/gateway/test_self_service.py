"""An organisation registers its systems by itself; its operator decides what they may do."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from ihala_kit.auth import Caller
from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.gateway.desk import CLIENTS, OURS, REQUESTS, Desk, operator_desk, organization_desk
from tests.gateway.house import ASSERTION_TYPE, KEY, House

JWKS = {"keys": [KEY.as_dict(private=False)]}
NEW = {"name": "Case system", "kind": "sandbox", "scopes": ["directory:read", "intake:request"], "jwks": JWKS}


async def test_a_client_is_registered_waits_is_approved_and_calls(home: House, ours: Desk, operator: Desk) -> None:
    made = await ours.did("POST", CLIENTS, NEW)
    assert (made["status"], made["scopes"], made["organization_id"], made["secret"]) == ("pending", [], OURS, None)
    client_id = made["client_id"]
    assert (await home.ask_token(**_proof(home, client_id)))[0] == 401, "not before somebody approved it"
    [waiting] = [one for one in (await operator.did("GET", REQUESTS))["items"] if one["client_id"] == client_id]
    decided = await operator.did("POST", f"{REQUESTS}/{waiting['id']}/approval", {"scopes": ["directory:read"], "roles": ["officer"]})
    assert decided["state"] == "approved"
    shown = await ours.did("GET", f"{CLIENTS}/{client_id}")
    assert (shown["status"], shown["scopes"], shown["roles"]) == ("active", ["directory:read"], ["officer"]), "fewer than were asked for"
    async with home.session.get("/directory/v1/organizations", headers=await home.signed_in(client_id)) as answer:
        assert answer.status == 200
    assert await _told(home, client_id) == ["client-registered", "client-approved"]


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "turned \u202e round", "isolated \u2066 here", "a\x00b", "a\x1b[2Jb", "x" * 101])
async def test_a_name_is_one_line_that_people_can_read(ours: Desk, operator: Desk, name: str) -> None:
    status, found = await ours.call("POST", CLIENTS, NEW | {"name": name})
    assert (status, [error["pointer"] for error in found["errors"]]) == (422, ["#/name"])
    assert await operator.refused("POST", f"{REQUESTS}/{UUID(int=1)}/return", {"words": f"no\x00 {name}"}) == (422, "malformed-request")


async def test_names_are_written_as_people_write_them(ours: Desk) -> None:
    assert (await ours.did("POST", CLIENTS, NEW | {"name": " سیستەمی نوێ (PHP 8)\u200f "}))["name"] == "سیستەمی نوێ (PHP 8)\u200f"


async def test_the_organisation_is_that_of_the_token_and_nobody_elses_clients_are_seen(home: House, ours: Desk, operator: Desk) -> None:
    others = await organization_desk(home, "01940000-0000-7000-8000-00000000001b", "others", operator_id=None)
    status, body = await ours.call("POST", CLIENTS, NEW | {"organization_id": "01940000-0000-7000-8000-00000000001b"})
    assert (status, body["errors"][0]["code"]) == (422, "extra_forbidden")
    made = await ours.did("POST", CLIENTS, NEW)
    path = f"{CLIENTS}/{made['client_id']}"
    for desk in (others, await operator_desk(home, "other-operator", "01940000-0000-7000-8000-0000000000fe")):
        assert await desk.refused("GET", path) == (404, "client-not-found")
        assert await desk.refused("PUT", path + "/suspension", version=1) == (404, "client-not-found")
        assert await desk.refused("GET", path + "/keys") == (404, "client-not-found")
        assert made["client_id"] not in str(await desk.did("GET", CLIENTS))
    assert (await operator.did("GET", path))["client_id"] == made["client_id"]
    assert await others.refused("POST", CLIENTS, NEW) == (409, "no-operator")


async def test_only_administrators_and_only_operators_decide(home: House, ours: Desk, operator: Desk) -> None:
    await home.register("clerk", organization_id=OURS, roles=["officer"], scopes=["gateway:clients", "gateway:approve"])
    clerk = Desk(home, await home.signed_in("clerk"))
    made = await ours.did("POST", CLIENTS, NEW)
    [asked] = (await ours.did("GET", f"{CLIENTS}/{made['client_id']}/requests"))["items"]
    assert await clerk.refused("POST", CLIENTS, NEW) == (403, "role-needed")
    assert await clerk.refused("POST", f"{REQUESTS}/{asked['id']}/approval", {}) == (403, "role-needed")
    assert await ours.refused("POST", f"{REQUESTS}/{asked['id']}/approval", {}) == (403, "insufficient-scope")
    own = await operator.did("POST", CLIENTS, NEW | {"name": "Our own"})
    [asked_by_us] = (await operator.did("GET", f"{CLIENTS}/{own['client_id']}/requests"))["items"]
    assert await operator.refused("POST", f"{REQUESTS}/{asked_by_us['id']}/approval", {}) == (409, "another-person-needed")
    second = await operator_desk(home, "second-administrator")
    await second.did("POST", f"{REQUESTS}/{asked_by_us['id']}/approval", {"first_party": True, "cleared": True})
    assert (await operator.did("GET", f"{CLIENTS}/{own['client_id']}"))["first_party"] is True
    for wish, at in (({"first_party": True}, "#/first_party"), ({"cleared": True}, "#/cleared")):
        status, body = await operator.call("POST", f"{REQUESTS}/{asked['id']}/approval", wish)
        assert (status, body["pointer"]) == (422, at), "not for a provider that is not cleared"


async def test_a_request_is_returned_with_words_and_asked_again(ours: Desk, operator: Desk) -> None:
    made = await ours.did("POST", CLIENTS, NEW)
    path = f"{CLIENTS}/{made['client_id']}"
    again = {"scopes": ["directory:read"]}
    assert await ours.refused("POST", path + "/requests", again, version=1) == (409, "client-request-open")
    [first] = (await ours.did("GET", path + "/requests"))["items"]
    await operator.did("POST", f"{REQUESTS}/{first['id']}/return", {"words": "Say why you need it."})
    assert await operator.refused("POST", f"{REQUESTS}/{first['id']}/approval", {}) == (409, "client-request-decided")
    await ours.did("POST", path + "/requests", again, version=1)
    newest, oldest = (await ours.did("GET", path + "/requests"))["items"]
    assert (newest["state"], oldest["words"]) == ("open", "Say why you need it.")
    assert await operator.refused("POST", f"{REQUESTS}/{newest['id']}/approval", {"scopes": ["intake:request"]}) == (422, "scope-refused")


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"scopes": ["referral:everything"]}, "#/scopes/0"),
        ({"redirect_uris": ["https://a.example/cb", "http://a.example/cb"]}, "#/redirect_uris/1"),
        ({"jwks": None, "jwks_uri": "http://a.example/jwks"}, "#/jwks_uri"),
        ({"jwks": {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}}, "#/jwks"),
        ({"jwks": {"keys": []}}, "#/jwks"),
        ({"mutual_tls": True}, "#/jwks"),
        ({"mutual_tls": True, "jwks": {"keys": [{**KEY.as_dict(private=False), "x5c": ["\u00e9"]}]}}, "#/jwks"),
        ({"jwks": {"keys": [{**KEY.as_dict(private=False), "x5c": ["\ud800"]}]}}, "#/jwks"),
        ({"jwks": {"keys": [{**KEY.as_dict(private=False), "kid": "\ud800"}]}}, "#/jwks"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(ours: Desk, more: dict[str, object], pointer: str) -> None:
    status, body = await ours.call("POST", CLIENTS, NEW | more)
    assert (status, body["pointer"]) == (422, pointer)


async def test_a_live_client_has_no_secret_and_a_secret_is_told_once(home: House, ours: Desk, operator: Desk) -> None:
    with_secret = {"name": "Trial", "kind": "sandbox", "scopes": ["directory:read"], "with_secret": True}
    assert await ours.refused("POST", CLIENTS, with_secret | {"kind": "live"}) == (422, "malformed-request")
    status, made = await ours.call("POST", CLIENTS, with_secret, key="once-1")
    again_status, again = await ours.call("POST", CLIENTS, with_secret, key="once-1")
    assert (status, again_status, again["client_id"]) == (201, 201, made["client_id"]) and made["secret"] and again["secret"] is None
    await _approve(operator, ours, made["client_id"])
    assert (await home.ask_token(client_id=made["client_id"], client_secret=made["secret"]))[0] == 200
    new = await ours.did("POST", f"{CLIENTS}/{made['client_id']}/secret", version=2)
    assert (await home.ask_token(client_id=made["client_id"], client_secret=made["secret"]))[0] == 401
    assert (await home.ask_token(client_id=made["client_id"], client_secret=new["secret"]))[0] == 200


@pytest.mark.parametrize(
    ("proof", "method"),
    [
        ({"tls_san_dns": "case.ours.example"}, "tls_client_auth"),
        ({"jwks": {"keys": [{**KEY.as_dict(private=False), "x5c": ["AAAA"]}]}, "mutual_tls": True}, "self_signed_tls_client_auth"),
        ({"jwks_uri": "https://ours.example/keys"}, "private_key_jwt"),
    ],
)
async def test_a_live_client_may_prove_itself_by_certificates_and_keys_elsewhere(
    ours: Desk, operator: Desk, proof: dict[str, object], method: str
) -> None:
    made = await ours.did("POST", CLIENTS, {"name": "Live", "kind": "live", "scopes": ["referral:read"], **proof})
    await _approve(operator, ours, made["client_id"])
    shown = await ours.did("GET", f"{CLIENTS}/{made['client_id']}")
    assert (shown["auth_method"], shown["status"]) == (method, "active")
    assert await ours.refused("POST", CLIENTS, NEW | proof | {"with_secret": True}) == (422, "malformed-request")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("tls_subject_dn", "CN=case system, O=Ours", "not_a_subject"), ("tls_subject_dn", "<CN>", "not_a_subject"),
        ("tls_subject_dn", "CN=\x00x", "not_a_subject"), ("tls_san_dns", "https://case.example", "not_a_dns_name"),
        ("tls_san_dns", "case example", "not_a_dns_name"),
    ],
)  # fmt: skip
async def test_a_name_that_no_certificate_can_have_is_refused_at_once(ours: Desk, field: str, value: str, code: str) -> None:
    status, found = await ours.call("POST", CLIENTS, {"name": "Live", "kind": "live", "scopes": ["referral:read"], field: value})
    [error] = found["errors"]
    assert (status, error["pointer"], error["code"], "title" in error) == (422, f"#/{field}", code, True)


async def test_an_organisation_has_no_more_clients_than_it_can_use(ours: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await ours.did("POST", CLIENTS, NEW)
    there = [one for one in (await ours.did("GET", CLIENTS + "?limit=200"))["items"] if one["status"] != "revoked"]
    monkeypatch.setattr("ihala_gateway.clients.requests.MOST_CLIENTS", len(there))
    assert await ours.refused("POST", CLIENTS, NEW) == (409, "too-many-clients")
    await ours.did("DELETE", f"{CLIENTS}/{made['client_id']}", version=1)
    at_once = await asyncio.gather(*(ours.call("POST", CLIENTS, NEW) for _ in range(6)))
    assert sorted(status for status, _ in at_once) == [201, *[409] * 5]


async def test_nobody_refers_before_training_and_code_are_recorded(home: House, ours: Desk, operator: Desk) -> None:
    made = await ours.did("POST", CLIENTS, NEW)
    path = f"{CLIENTS}/{made['client_id']}"
    await _approve(operator, ours, made["client_id"])
    assert (await home.ask_token(**_proof(home, made["client_id"])))[1]["scope"] == "directory:read"
    one_day = {"trained_on": "2026-09-01", "code_signed_on": None}
    assert await ours.refused("PUT", path + "/confidentiality", one_day, version=2) == (403, "insufficient-scope")
    planned = {"trained_on": "2026-09-01", "code_signed_on": (datetime.now(UTC) + timedelta(days=2)).date().isoformat()}
    status, said = await operator.call("PUT", path + "/confidentiality", planned, version=2)
    assert (status, [error["pointer"] for error in said["errors"]]) == (422, ["#/code_signed_on"]), "what is planned is not done"
    await operator.did("PUT", path + "/confidentiality", one_day, version=2)
    assert (await home.ask_token(**_proof(home, made["client_id"])))[1]["scope"] == "directory:read", "the code is not signed yet"
    assert await operator.refused("PUT", path + "/confidentiality", one_day, version=2) == (412, "stale")
    await operator.did("PUT", path + "/confidentiality", one_day | {"code_signed_on": "2026-09-02"}, version=3)
    assert (await home.ask_token(**_proof(home, made["client_id"])))[1]["scope"] == "directory:read intake:request"


async def test_who_suspended_a_client_is_who_lets_it_in_again(home: House, ours: Desk, operator: Desk) -> None:
    made = await ours.did("POST", CLIENTS, NEW)
    path = f"{CLIENTS}/{made['client_id']}"
    await _approve(operator, ours, made["client_id"])
    token = await home.token(made["client_id"])
    await operator.did("PUT", path + "/suspension", version=2)
    assert (await home.ask_token(**_proof(home, made["client_id"])))[0] == 401
    await ours.did("PUT", path + "/suspension", version=3)
    assert await ours.refused("DELETE", path + "/suspension", version=3) == (412, "stale")
    shown = await ours.did("DELETE", path + "/suspension", version=4)
    assert (shown["status"], shown["suspended_by"]) == ("suspended", ["operator"])
    assert await ours.refused("DELETE", path + "/suspension", version=5) == (409, "client-state-refused")
    assert (await operator.did("DELETE", path + "/suspension", version=5))["status"] == "active"
    await home.gateway._upkeep.read_standing()
    for good, expected in ((token, 401), (await home.token(made["client_id"]), 200)):
        async with home.session.get("/directory/v1/organizations", headers={"Authorization": f"Bearer {good}"}) as answer:
            assert answer.status == expected
    assert (await ours.did("DELETE", path, version=6))["status"] == "revoked"
    assert await operator.refused("DELETE", path + "/suspension", version=7) == (409, "client-state-refused")
    assert (await home.ask_token(**_proof(home, made["client_id"])))[0] == 401
    told = ["client-registered", "client-approved", "client-suspended", "client-approved", "client-suspended"]
    assert await _told(home, made["client_id"]) == told


async def _approve(operator: Desk, ours: Desk, client_id: str) -> None:
    [asked] = (await ours.did("GET", f"{CLIENTS}/{client_id}/requests"))["items"]
    await operator.did("POST", f"{REQUESTS}/{asked['id']}/approval", {})


def _proof(home: House, client_id: str) -> dict[str, str]:
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": home.assertion(client_id)}


async def _told(home: House, client_id: str) -> list[str]:
    async with home.database.transaction(Caller.system("test")) as tx:
        query = "SELECT type FROM outbox WHERE CAST(data AS json)->>'client_id' = :id ORDER BY seq"
        return [str(name).rpartition(".")[2] for name in (await tx.execute(text(query), {"id": client_id})).scalars()]
