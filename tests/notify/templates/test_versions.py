"""Templates over HTTP: who may read and change them, what a change leaves behind, and that the next message says it."""

from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify.templates.valid import current
from ihala_notify.wording import plain_of, templates
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.notify.peers import Peers
from tests.notify.samples import OPERATOR, RECEIVER, STRANGER
from tests.notify.test_sender import OWN, outcome
from tests.notify.world import World

PATH = "/v1/templates/request-received"
TEXTS = plain_of(templates()["request-received"].sentences) | {"en": ["We have your request {reference}.", "Please call {phone}."]}


@pytest.fixture
def staff(mint: Mint) -> Any:
    """Return the headers of an operator's client with all rights, or with others."""

    def headers(organization_id: UUID = OPERATOR, *scopes: str, **more: Any) -> dict[str, str]:
        claims = {"org": str(organization_id), "org_kind": "operator", "operator": str(OPERATOR)} | more
        return mint.headers("notify", scopes or ("notify:read", "notify:admin"), **claims)

    return headers


async def ask(http: aiohttp.ClientSession, method: str, path: str, headers: dict[str, str], body: Any = None) -> tuple[int, Any, Any]:
    async with http.request(method, path, headers=headers, json=body) as answer:
        return answer.status, await answer.json(), answer.headers


async def change(http: aiohttp.ClientSession, headers: dict[str, str], version: int, body: dict[str, Any]) -> tuple[int, Any]:
    more = {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid4())}
    status, answer, _ = await ask(http, "POST", f"{PATH}/versions", headers | more, {"why": "Clearer words"} | body)
    return status, answer


async def test_the_built_in_texts_hold_until_somebody_changes_them(http: aiohttp.ClientSession, staff: Any) -> None:
    status, page, _ = await ask(http, "GET", "/v1/templates", staff())
    assert status == 200 and {one["name"] for one in page["items"]} == set(templates())
    assert {(one["version"], one["words"]) for one in page["items"]} == {(0, "built-in")}
    assert {one["name"] for one in page["items"] if one["by_hand"]} == {"please-come", "call-us", "appointment-reminder"}
    status, shown, headers = await ask(http, "GET", PATH, staff())
    assert (status, shown["version"], headers["ETag"]) == (200, 0, '"0"')
    assert shown["texts"] == plain_of(templates()["request-received"].sentences)
    assert {"name": "reference", "kind": "reference", "optional": False, "given_by_you": False} in shown["placeholders"]


async def test_who_changed_what_and_why(http: aiohttp.ClientSession, staff: Any, world: World) -> None:
    status, made = await change(http, staff(acting_officer="officer-7"), 0, {"texts": TEXTS})
    assert status == 201, made
    assert (status, made["version"], made["words"], made["texts"]["en"]) == (201, 1, "own", TEXTS["en"])
    assert (await change(http, staff(acting_officer="x9"), 1, {"built_in": True}))[1]["words"] == "built-in"
    _, page, _ = await ask(http, "GET", f"{PATH}/versions", staff())
    second, first = page["items"]
    assert [(one["version"], one["author"], one["built_in"]) for one in (second, first)] == [(2, "x9", True), (1, "officer-7", False)]
    assert (first["why"], first["client_id"], first["difference"]["ar"]) == ("Clearer words", "client", {"removed": [], "added": []})
    assert first["difference"]["en"]["added"] == TEXTS["en"]
    assert second["difference"]["en"] == {"removed": TEXTS["en"], "added": plain_of(templates()["request-received"].sentences)["en"]}
    events = await world.rows("SELECT type, key, data FROM outbox ORDER BY seq")
    assert [(one["type"].rsplit(".")[-1], one["key"]) for one in events] == [("template-changed", OPERATOR)] * 2


async def test_versions_come_in_pages(http: aiohttp.ClientSession, staff: Any) -> None:
    for version in range(3):
        await change(http, staff(), version, {"texts": TEXTS | {"en": [*TEXTS["en"], f"Room {version}."]}})
    _, page, headers = await ask(http, "GET", f"{PATH}/versions?limit=2", staff())
    assert [one["version"] for one in page["items"]] == [3, 2]
    assert page["items"][1]["difference"]["en"] == {"removed": ["Room 0."], "added": ["Room 1."]}
    following = headers["Link"].split(">")[0].removeprefix("</notify")
    _, page, headers = await ask(http, "GET", following, staff())
    assert [one["version"] for one in page["items"]] == [1] and "Link" not in headers


async def test_the_next_message_says_it_and_keeps_whose_words_they_were(
    http: aiohttp.ClientSession, staff: Any, world: World, peers: Peers, database: Database
) -> None:
    peers.contact = {"need_id": str(uuid4()), **OWN, "language": "en"}
    needs = [uuid4() for _ in range(3)]
    for version, need in enumerate(needs):
        await world.identify(need)
        await world.send()
        row = await outcome(world, need)
        assert (row["template_version"], row["template_of"]) == ((1, OPERATOR) if version == 1 else (1, None))
        if version < 2:
            await change(http, staff(), version, {"texts": TEXTS} if version == 0 else {"built_in": True})
    assert [one.startswith("We have your request NIN-7K3F-92QX.") for one in peers.texts()] == [False, True, False]
    async with database.transaction(Caller.system("test")) as tx:
        assert (await current(tx, STRANGER, "request-received")).operator_id is None


async def test_a_change_is_decided_on_the_version_that_holds(http: aiohttp.ClientSession, staff: Any, world: World) -> None:
    assert (await change(http, staff(), 1, {"texts": TEXTS}))[0] == 412
    assert (await change(http, staff(), 0, {"texts": TEXTS}))[0] == 201
    assert (await change(http, staff(), 0, {"texts": TEXTS}))[0] == 412
    key = {"Idempotency-Key": "one"}
    assert (await ask(http, "POST", f"{PATH}/versions", staff() | key, {"built_in": True, "why": "Again"}))[0] == 428
    assert len(await world.rows("SELECT * FROM template_version")) == 1


async def test_a_stranger_finds_no_templates_and_changes_need_the_right(http: aiohttp.ClientSession, staff: Any) -> None:
    stranger = staff(RECEIVER)
    for method, path, body in (
        ("GET", "/v1/templates", None), ("GET", PATH, None), ("GET", f"{PATH}/versions", None), ("POST", f"{PATH}/preview", {}),
    ):  # fmt: skip
        assert (await ask(http, method, path, stranger, body))[0] == 404
        assert (await ask(http, method, path, {}, body))[0] == 401
        assert (await ask(http, method, path, staff(OPERATOR, "events:read"), body))[0] == 403
    assert (await change(http, stranger, 0, {"texts": TEXTS}))[0] == 404
    assert (await change(http, staff(OPERATOR, "notify:read"), 0, {"texts": TEXTS}))[0] == 403
    assert (await ask(http, "GET", "/v1/templates/unheard-of", staff()))[0] == 404


async def test_an_operator_sees_nothing_of_anothers_words(http: aiohttp.ClientSession, staff: Any, database: Database) -> None:
    await change(http, staff(), 0, {"texts": TEXTS})
    other = staff(STRANGER, operator=str(STRANGER))
    assert (await ask(http, "GET", PATH, other))[1]["words"] == "built-in"
    assert (await ask(http, "GET", f"{PATH}/versions", other))[1]["items"] == []
    async with database.transaction(Caller("x", STRANGER, "operator", STRANGER)) as tx:  # the second lock
        assert (await tx.execute(text("SELECT count(*) FROM template_version"))).scalar_one() == 0


@pytest.mark.parametrize("statement", ["UPDATE template_version SET why = 'x'", "DELETE FROM template_version"])
async def test_a_version_is_never_altered(http: aiohttp.ClientSession, staff: Any, database: Database, statement: str) -> None:
    await change(http, staff(), 0, {"texts": TEXTS})
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.transaction(Caller.system("test")) as tx:
            await tx.execute(text(statement))


@pytest.mark.parametrize(
    ("body", "slug", "where"),
    [
        ({"texts": TEXTS | {"en": ["Call {phone} at evil.org {reference}"]}}, "template-refused", ("#/texts/en/0", "link")),
        ({"texts": TEXTS, "why": "Ask 0770 1234567"}, "template-refused", ("#/why", "number")),
        ({"texts": {"en": ["{phone}"]}}, "malformed-request", ("#/texts/ar", "missing")),
        ({"texts": TEXTS, "built_in": True}, "malformed-request", ("#", "texts_or_built_in")),
        ({}, "malformed-request", ("#", "texts_or_built_in")),
        ({"texts": TEXTS | {"en": ["x" * 401]}}, "malformed-request", ("#/texts/en/0", "string_too_long")),
    ],
)
async def test_what_is_refused_is_named_and_not_repeated(
    http: aiohttp.ClientSession, staff: Any, world: World, body: dict[str, Any], slug: str, where: tuple[str, str]
) -> None:
    status, problem = await change(http, staff(), 0, body)
    assert (status, problem["type"]) == (422, f"urn:ihala:problem:{slug}")
    assert where in [(one["pointer"], one["code"]) for one in problem["errors"]]
    assert "evil" not in str(problem) and "0770" not in str(problem)
    assert await world.rows("SELECT * FROM template_version") == []


async def test_a_preview_counts_sms_and_says_what_is_left_out(http: aiohttp.ClientSession, staff: Any, world: World) -> None:
    path = "/v1/templates/appointment-reminder/preview"
    status, shown, _ = await ask(http, "POST", path, staff(), {"facts": {"count": 2, "time": None, "date": "2026-12-03"}})
    assert status == 200
    assert shown["en"]["sms"]["alphabet"] == "gsm-7" and shown["ar"]["sms"]["alphabet"] == "ucs-2"
    assert "دقيقتين" in shown["ar"]["text"] and shown["ar"]["left_out"] == ["time"]
    assert shown["ar"]["sms"]["letters"] == len(shown["ar"]["text"])
    _, draft, _ = await ask(http, "POST", f"{PATH}/preview", staff(), {"texts": TEXTS})
    assert draft["en"]["text"].startswith("We have your request NIN-7K3F-92QX.")
    assert await world.rows("SELECT * FROM template_version") == []


async def test_a_preview_leaves_out_what_no_message_says_of_a_provider(http: aiohttp.ClientSession, staff: Any) -> None:
    facts = {"hours": "register at www.example-help.com", "address": "Clinic of Dr.Ahmed", "documents": None}
    _, shown, _ = await ask(http, "POST", "/v1/templates/referral-accepted/preview", staff(), {"facts": facts})
    assert shown["en"]["left_out"] == ["documents", "hours"]
    assert "example-help" not in shown["en"]["text"] and "Dr. Ahmed" in shown["en"]["text"]


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"date": None}, ("#/facts/date", "fact_missing")),
        ({"date": "2026-13-01"}, ("#/facts/date", "fact_malformed")),
        ({"count": "many"}, ("#/facts/count", "fact_malformed")),
        ({"organization": "x"}, ("#/facts/organization", "fact_unknown")),
        ({"evil": "x"}, ("#/facts", "fact_unknown")),
    ],
)
async def test_a_preview_names_the_fact_that_is_amiss(
    http: aiohttp.ClientSession, staff: Any, facts: dict[str, Any], where: tuple[str, str]
) -> None:
    status, problem, _ = await ask(http, "POST", "/v1/templates/appointment-reminder/preview", staff(), {"facts": facts})
    assert (status, problem["type"]) == (422, "urn:ihala:problem:facts-refused")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [where]


async def test_a_preview_with_facts_that_make_it_far_too_long_is_refused(http: aiohttp.ClientSession, staff: Any) -> None:
    texts = TEXTS | {"en": [*["{reference} " * 30] * 2, "Please call {phone}."]}
    for reference, status in (("NIN-7K3F-92QX", 200), ("ن" * 300, 422)):
        found, said, _ = await ask(http, "POST", f"{PATH}/preview", staff(), {"texts": texts, "facts": {"reference": reference}})
        assert found == status, said
    assert (said["errors"][0]["pointer"], said["errors"][0]["code"]) == ("#/facts", "too_many_sms")
