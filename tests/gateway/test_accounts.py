"""People's accounts by the API: who administers whom."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.gateway.house import OPERATOR, ORGANIZATION, House
from tests.gateway.staff import PASSWORD, account, browser, events_about, forget_tries, who

ACCOUNTS = "/gateway/v1/accounts"
ADMITTED = UUID("01940000-0000-7000-8000-0000000000a1")

MINISTRY = {"organization_id": str(OPERATOR), "organization_kind": "operator", "organization": "Ministry"}


@pytest.fixture(scope="module", autouse=True)
async def administrators(home: House) -> None:
    scopes = ["gateway:accounts"]
    await home.register("centres", roles=["organization-administrator"], scopes=scopes)
    await home.register("helper", roles=["officer"], scopes=scopes)
    await home.register("ministrys", **MINISTRY, roles=["organization-administrator"], scopes=scopes)
    await home.register(
        "operators", **MINISTRY, roles=["operator-administrator"], scopes=[*scopes, "gateway:approve"]
    )  # fmt: skip
    async with home.database.transaction(Caller.system("test")) as tx:
        await tx.execute(
            text("INSERT INTO known_organization VALUES (:id, 'Housing', 'nngo', :operator, false)"), {"id": ADMITTED, "operator": OPERATOR}
        )


@pytest.fixture(autouse=True)
async def nothing_tried(home: House) -> None:
    await forget_tries(home)


async def ask(home: House, client: str, method: str, path: str = "", body: Any = None, version: int | None = None) -> tuple[int, Any]:
    """Call the API as a client; return status and body."""
    headers = await home.signed_in(client) | {"Idempotency-Key": uuid4().hex}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    async with home.session.request(method, ACCOUNTS + path, json=body, headers=headers) as answer:
        return answer.status, await answer.json() if answer.content_length else None


async def test_an_administrator_adds_somebody_who_signs_in_by_the_link(home: House) -> None:
    status, added = await ask(home, "centres", "POST", body={"name": "Amal.N", "roles": ["officer"], "kind": "sandbox"})
    assert (status, added["status"], added["name"], added["organization_id"]) == (201, "invited", "amal.n", str(ORGANIZATION))
    assert added["invitation"].startswith(f"{home.settings.issuer}/invitation/")
    async with browser(home) as at:
        path = added["invitation"].removeprefix(home.settings.issuer)
        await at.open(path)
        await at.send(path, password=PASSWORD, again=PASSWORD)
        found = await who(home, at)
        assert found is not None and (str(found.account_id), found.roles, found.trained) == (added["account_id"], {"officer"}, False)
    status, shown = await ask(home, "centres", "GET", f"/{added['account_id']}")
    assert (status, shown["status"], "invitation" in shown) == (200, "active", False)
    assert (await ask(home, "centres", "POST", body={"name": "amal.n", "roles": []}))[1]["type"].endswith("sign-in-name-taken")
    for none in ("a", "amal\x00n", "amal\ud800"):
        status, refused = await ask(home, "centres", "POST", body={"name": none, "roles": []})
        assert (status, refused.get("pointer")) == (422, "#/name"), refused
    assert (await ask(home, "centres", "POST", body={"name": "a b", "roles": []}))[0] == 422


async def test_of_those_who_want_a_name_at_once_one_gets_it_and_the_others_are_told(home: House) -> None:
    wanted = {"name": f"wanted-{uuid4().hex[:8]}", "roles": ["officer"]}
    answers = await asyncio.gather(*(ask(home, "centres", "POST", body=wanted) for _ in range(6)))
    told = sorted((status, body.get("type", "").rpartition(":")[2]) for status, body in answers)
    assert told == [(201, ""), *[(409, "sign-in-name-taken")] * 5]


async def test_a_repeated_request_adds_nobody_twice_and_tells_the_link_once(home: House) -> None:
    headers = await home.signed_in("centres") | {"Idempotency-Key": "once"}
    answers = []
    for _ in range(2):
        async with home.session.post(ACCOUNTS, json={"name": "twice", "roles": []}, headers=headers) as answer:
            answers.append(await answer.json())
    assert answers[0]["account_id"] == answers[1]["account_id"] and answers[1]["invitation"] is None


@pytest.mark.parametrize(
    ("client", "body", "status"),
    [
        ("helper", {"roles": []}, 403),
        ("centres", {"roles": ["coordinator"]}, 422),
        ("centres", {"roles": ["operator-administrator"]}, 422),
        ("centres", {"roles": ["officer"], "cleared": True}, 422),
        ("centres", {"roles": ["officer"], "organization_id": str(OPERATOR)}, 404),
        ("centres", {"roles": ["officer"], "organization_id": str(ADMITTED)}, 404),
        ("operators", {"roles": ["officer"], "organization_id": str(ADMITTED)}, 201),
        ("operators", {"roles": ["coordinator"], "organization_id": str(ADMITTED)}, 422),
        ("operators", {"roles": ["coordinator", "operator-administrator"]}, 201),
        ("operators", {"roles": ["officer"], "organization_id": str(uuid4())}, 404),
        ("operators", {"roles": ["sorcerer"]}, 422),
    ],
)
async def test_who_gives_what_to_whom(home: House, client: str, body: dict[str, Any], status: int) -> None:
    assert (await ask(home, client, "POST", body={"name": f"n-{uuid4().hex[:10]}"} | body))[0] == status


async def test_accounts_of_others_are_not_there(home: House) -> None:
    _, theirs, _ = await account(home, organization_id=str(uuid4()))
    _, ours, _ = await account(home)
    for method, path in (("GET", ""), ("PUT", "/suspension"), ("DELETE", "/sessions"), ("POST", "/invitation"), ("PUT", "/rights")):
        body = {"roles": []} if path == "/rights" else None
        assert (await ask(home, "centres", method, f"/{theirs.account_id}{path}", body, 1))[0] == 404, path
    listed = (await ask(home, "centres", "GET", "?limit=200"))[1]["items"]
    assert str(ours.account_id) in {each["account_id"] for each in listed}
    assert {each["organization_id"] for each in listed} == {str(ORGANIZATION)}


async def test_who_gives_that_role_to_nobody_changes_nobody_who_has_it(home: House) -> None:
    _, theirs, _ = await account(home, **MINISTRY, roles=["operator-administrator"])
    _, clerk, _ = await account(home, **MINISTRY)
    for method, path in (("PUT", "/suspension"), ("DELETE", "/sessions"), ("POST", "/invitation"), ("PUT", "/rights")):
        body = {"roles": []} if path == "/rights" else None
        assert (await ask(home, "ministrys", method, f"/{theirs.account_id}{path}", body, 1))[0] == 404, path
    assert (await ask(home, "ministrys", "POST", f"/{clerk.account_id}/invitation", version=1))[0] == 201
    assert (await ask(home, "operators", "POST", f"/{theirs.account_id}/invitation", version=1))[0] == 201


async def test_only_an_administrator_looks_at_an_account(home: House) -> None:
    _, row, _ = await account(home)
    assert (await ask(home, "helper", "GET", f"/{row.account_id}"))[0] == 403


async def test_other_rights_hold_at_once_and_need_the_newest_version(home: House) -> None:
    name, row, _ = await account(home)
    path = f"/{row.account_id}/rights"
    async with browser(home) as at:
        await at.sign_in(name)
        assert (await ask(home, "centres", "PUT", path, {"roles": ["organization-administrator"]}, 7))[0] == 412
        status, changed = await ask(home, "centres", "PUT", path, {"roles": ["organization-administrator"], "governorates": ["IQG15"]}, 1)
        assert (status, changed["version"], changed["roles"]) == (200, 2, ["organization-administrator"])
        found = await who(home, at)
        assert found is not None and (found.roles, found.account_version) == ({"organization-administrator"}, 2)


async def test_only_the_operator_records_training(home: House) -> None:
    _, row, _ = await account(home, organization_id=str(ADMITTED), trained_on=None, code_signed_on=None)
    path, days = f"/{row.account_id}/confidentiality", {"trained_on": "2026-01-02", "code_signed_on": "2026-01-03"}
    assert (await ask(home, "centres", "PUT", path, days, 1))[0] == 404
    status, said = await ask(home, "operators", "PUT", path, days, 1)
    assert (status, said["trained_on"], said["version"]) == (200, "2026-01-02", 2)
    planned = days | {"trained_on": (datetime.now(UTC) + timedelta(days=2)).date().isoformat()}
    assert (await ask(home, "operators", "PUT", path, planned, 2))[0] == 422
    _, ours, _ = await account(home)
    assert (await ask(home, "centres", "PUT", f"/{ours.account_id}/confidentiality", days, 1))[0] == 403


async def test_suspended_restored_and_invited_anew(home: House) -> None:
    name, row, _ = await account(home)
    path = f"/{row.account_id}"
    async with browser(home) as at:
        await at.sign_in(name)
        status, said = await ask(home, "centres", "PUT", f"{path}/suspension", version=1)
        assert (status, said["status"], said["suspended_by"]) == (200, "suspended", ["administrator"])
        assert await who(home, at) is None
        assert (await ask(home, "centres", "POST", f"{path}/invitation", version=2))[0] == 409
        status, said = await ask(home, "centres", "DELETE", f"{path}/suspension", version=2)
        assert (status, said["status"]) == (200, "active")
        assert await who(home, at) is None, "what she had open before does not open again"
        await at.sign_in(name)
        assert await who(home, at) is not None
        status, said = await ask(home, "centres", "DELETE", f"{path}/sessions", version=3)
        assert (status, await who(home, at)) == (204, None)
        status, said = await ask(home, "centres", "POST", f"{path}/invitation", version=4)
        assert (status, said["status"]) == (201, "invited") and "/invitation/" in said["invitation"]
        assert (await at.sign_in(name)).status == 401, "the old password is gone"
    events = await events_about(home, row.account_id)
    assert [each["organization_id"] for each in events] == [str(ORGANIZATION)]


async def test_the_invitation_of_somebody_suspended_opens_nothing_until_she_is_restored(home: House) -> None:
    _, row, invitation = await account(home, kind="live", password=None)
    assert (await ask(home, "centres", "PUT", f"/{row.account_id}/suspension", version=1))[0] == 200
    async with browser(home) as at:
        assert (await at.open(f"/invitation/{invitation}")).status == 404
        assert (await at.send(f"/invitation/{invitation}", password=PASSWORD, again=PASSWORD)).status in (403, 404)
        status, said = await ask(home, "centres", "DELETE", f"/{row.account_id}/suspension", version=2)
        assert (status, said["status"]) == (200, "invited")
        assert (await at.open(f"/invitation/{invitation}")).status == 200
