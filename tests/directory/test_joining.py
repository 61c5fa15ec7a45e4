"""An organisation applies, is checked and answered, and takes part when nothing is missing; each route as everybody who may ask."""

import asyncio
from datetime import date
from typing import Any, get_args
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import (
    ApplicationChecked,
    ApplicationRefused,
    ApplicationReturned,
    OrganizationApplied,
    OrganizationJoined,
)
from ihala_directory.joining.demands import missing
from ihala_directory.models.drafts import Kind
from ihala_directory.models.joining import ApplicantKind, ApplicationDraft

from tests.directory.world import OPERATOR, OTHER_OPERATOR, TELAFAR, ZUMMAR, People, World, key, match, only, slug

DUTY = {"ar": "لا شيء", "ckb": "هیچ", "en": "Nothing"}
APPLICATION: dict[str, Any] = {
    "kind": "cso", "names": {"ar": "جمعية", "en": "A society"}, "agreement": {"version": "2026-1", "until": "2035-01-01"},
    "reporting_duty": DUTY,
}  # fmt: skip
EMPLOYER = APPLICATION | {"kind": "private", "registration": "NIN-4471"}
NEWCOMER = UUID("0198f000-0000-7000-8000-00000000000a")


def newcomer(people: People) -> dict[str, str]:
    """A registered client of an organisation that the directory does not know yet."""
    return people.provider(NEWCOMER, "directory:read", "directory:write")


async def send(http: aiohttp.ClientSession, headers: dict[str, str], body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    async with http.post("/v1/applications", json=body, headers=headers | key()) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status == status, found
        return found


async def act(http: aiohttp.ClientSession, headers: dict[str, str], row: dict[str, Any], what: str, body: Any) -> dict[str, Any]:
    """Check or review an application in the version given; return it as it is then."""
    async with http.post(f"/v1/applications/{row['id']}/{what}", json=body, headers=headers | key() | match(row["version"])) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status in (200, 201), found
        assert answer.headers["ETag"] == f'"{found["version"]}"'
        return found


async def test_applied_returned_with_words_sent_again_and_approved(world: World, http: aiohttp.ClientSession, people: People) -> None:
    officer, client = people.coordinator(), newcomer(people)
    sent = await send(http, client, APPLICATION | {"reporting_duty": {"en": "Nothing"}})
    assert (sent["status"], sent["organization_id"], sent["operator_id"]) == ("applied", str(NEWCOMER), str(OPERATOR))
    assert sent["missing"] == ["reporting_duty.ar", "reporting_duty.ckb"]
    applied = only(await world.said(), OrganizationApplied)
    assert (applied.organization_id, applied.operator_id, applied.kind) == (NEWCOMER, OPERATOR, "cso")
    async with http.get(f"/v1/organizations/{NEWCOMER}", headers=officer) as answer:
        assert await slug(answer, 404) == "organization-not-found"  # it takes no part yet
    async with http.post(
        f"/v1/applications/{sent['id']}/review", json={"outcome": "approved"}, headers=officer | key() | match(1)
    ) as answer:
        assert await slug(answer, 409) == "application-incomplete"
        assert (await answer.json())["missing"] == ["reporting_duty.ar", "reporting_duty.ckb"]
    returned = await act(http, officer, sent, "review", {"outcome": "returned", "words": {"ar": "أكمل النص"}})
    assert (returned["status"], returned["words"], returned["version"]) == ("returned", {"ar": "أكمل النص"}, 2)
    only(await world.said(), ApplicationReturned)
    async with http.post(
        f"/v1/applications/{sent['id']}/review", json={"outcome": "approved"}, headers=officer | key() | match(2)
    ) as answer:
        assert await slug(answer, 409) == "application-returned"
    async with http.put(f"/v1/applications/{sent['id']}", json=APPLICATION, headers=client | match(2)) as answer:
        again = await answer.json()
    assert (again["status"], again["missing"], again["words"]) == ("applied", [], {})
    only(await world.said(), OrganizationApplied)
    approved = await act(http, officer, again, "review", {"outcome": "approved", "trusted": True})
    assert approved["status"] == "approved"
    joined = only(await world.said(), OrganizationJoined)
    assert (joined.organization_id, joined.agreement_until) == (NEWCOMER, date(2035, 1, 1))
    async with http.get(f"/v1/organizations/{NEWCOMER}", headers=client) as answer:
        body = await answer.json()
    assert (body["status"], body["trusted"], body["reporting_duty"]) == ("active", True, DUTY)
    async with http.put(f"/v1/applications/{sent['id']}", json=APPLICATION, headers=client | match(approved["version"])) as answer:
        assert await slug(answer, 409) == "application-not-open"


async def test_an_employer_joins_after_every_check_and_no_other_way(world: World, http: aiohttp.ClientSession, people: People) -> None:
    officer = people.coordinator()
    row = await send(http, officer, EMPLOYER)
    assert row["missing"] == ["check.registration", "check.no_fee", "check.no_minors", "check.terms_stated"]
    for code in ("registration", "no_fee", "no_minors", "terms_stated"):
        row = await act(http, officer, row, "checks", {"code": code, "passed": code != "no_fee", "note": "seen"})
    assert row["missing"] == ["check.no_fee"]
    said = [one for one in await world.said() if isinstance(one, ApplicationChecked)]
    assert [(one.code, one.passed) for one in said] == [
        ("registration", True), ("no_fee", False), ("no_minors", True), ("terms_stated", True)
    ]  # fmt: skip
    url = f"/v1/applications/{row['id']}/review"
    async with http.post(url, json={"outcome": "approved"}, headers=officer | key() | match(row["version"])) as answer:
        assert await slug(answer, 409) == "application-incomplete"
    row = await act(http, officer, row, "checks", {"code": "no_fee", "passed": True})
    assert [one["checked_by"] for one in row["checks"]] == [f"coordinator-{OPERATOR}"] * 5
    assert (row["missing"], all(one["checked_at"] for one in row["checks"])) == ([], True)
    for registration, lacking in (("another", ["check.registration"]), (EMPLOYER["registration"], [])):
        changed = EMPLOYER | {"registration": registration}
        async with http.put(f"/v1/applications/{row['id']}", json=changed, headers=officer | match(row["version"])) as answer:
            row = await answer.json()
        assert (answer.status, row["missing"]) == (200, lacking)
    row = await act(http, officer, row, "review", {"outcome": "approved"})
    assert row["missing"] == []
    for path, method, if_match in (("/v1/organizations", "POST", {}), (f"/v1/organizations/{TELAFAR}", "PUT", match(1))):
        async with http.request(method, path, json={**EMPLOYER}, headers=officer | key() | if_match) as answer:
            assert await slug(answer, 409) == "checks-missing"


async def test_refused_with_a_reason_it_may_apply_once_more(world: World, http: aiohttp.ClientSession, people: People) -> None:
    client = newcomer(people)
    row = await send(http, client, APPLICATION)
    async with http.post("/v1/applications", json=APPLICATION, headers=client | key()) as answer:
        assert await slug(answer, 409) == "already-applied"
    row = await act(http, people.coordinator(), row, "review", {"outcome": "refused", "reason": "not_eligible", "words": {"en": "Sorry"}})
    assert (row["status"], row["refused_for"], row["words"]) == ("refused", "not_eligible", {"en": "Sorry"})
    assert only(await world.said(), ApplicationRefused).reason == "not_eligible"
    await send(http, client, APPLICATION)
    async with http.post("/v1/applications", json=APPLICATION, headers=people.provider(TELAFAR) | key()) as answer:
        assert await slug(answer, 409) == "already-applied"  # it takes part


async def test_two_clients_of_one_organisation_apply_at_once(world: World, http: aiohttp.ClientSession, people: People) -> None:
    async def one() -> int:
        async with http.post("/v1/applications", json=APPLICATION, headers=newcomer(people) | key()) as answer:
            return answer.status

    assert sorted(await asyncio.gather(*(one() for _ in range(5)))) == [201, 409, 409, 409, 409]
    assert await world.value("SELECT count(*) FROM application") == 1


async def test_who_may_not_see_it_gets_404_and_who_may_not_decide_403(http: aiohttp.ClientSession, people: People) -> None:
    row = await send(http, newcomer(people), APPLICATION)
    url, decide = f"/v1/applications/{row['id']}", {"outcome": "refused", "reason": "other"}
    strangers = (people.stranger(), people.coordinator(operator=OTHER_OPERATOR))
    for headers in strangers:
        for method, path, body in (("GET", url, None), ("PUT", url, APPLICATION)):
            async with http.request(method, path, json=body, headers=headers | match(1)) as answer:
                assert await slug(answer, 404) == "application-not-found"
    for path, body in ((f"{url}/review", decide), (f"{url}/checks", {"code": "no_fee", "passed": True})):
        async with http.post(path, json=body, headers=strangers[1] | key() | match(1)) as answer:
            assert await slug(answer, 404) == "application-not-found"
        async with http.post(path, json=body, headers=people.provider(NEWCOMER) | key() | match(1)) as answer:
            assert await slug(answer, 403) == "officers-only"
        async with http.post(path, json=body, headers=people.coordinator() | key() | match(7)) as answer:
            assert await slug(answer, 412) == "stale"
        async with http.post(path, json=body, headers=people.coordinator() | key()) as answer:
            assert await slug(answer, 428) == "precondition-required"


ROUTES = [
    ("POST", "/v1/applications", "directory:write"),
    ("GET", "/v1/applications", "directory:read"),
    ("GET", f"/v1/applications/{uuid4()}", "directory:read"),
    ("PUT", f"/v1/applications/{uuid4()}", "directory:write"),
    ("POST", f"/v1/applications/{uuid4()}/checks", "directory:admin"),
    ("POST", f"/v1/applications/{uuid4()}/review", "directory:admin"),
    ("GET", "/v1/organizations", "directory:read"),
    ("POST", f"/v1/organizations/{TELAFAR}/departure", "directory:admin"),
    ("GET", f"/v1/organizations/{TELAFAR}/versions", "directory:read"),
    ("GET", f"/v1/organizations/{TELAFAR}/versions/1", "directory:read"),
    ("GET", f"/v1/services/{uuid4()}/versions", "directory:read"),
    ("GET", f"/v1/services/{uuid4()}/versions/1", "directory:read"),
    ("POST", "/v1/proposals", "directory:write"),
    ("GET", "/v1/proposals", "directory:read"),
    ("GET", f"/v1/proposals/{uuid4()}", "directory:read"),
    ("POST", f"/v1/proposals/{uuid4()}/decision", "directory:admin"),
    ("DELETE", f"/v1/proposals/{uuid4()}", "directory:write"),
]


async def test_nobody_and_who_lacks_the_scope(http: aiohttp.ClientSession, people: People) -> None:
    for method, path, scope in ROUTES:
        others = {"directory:read", "directory:reserve", "directory:write", "directory:admin"} - {scope}
        async with http.request(method, path, json={}, headers=people.coordinator(*others) | key() | match(1)) as answer:
            assert await slug(answer, 403) == "insufficient-scope", path
        async with http.request(method, path, json={}, headers=people.nobody() | key() | match(1)) as answer:
            assert await slug(answer, 401) == "unauthenticated", path


async def test_an_application_without_a_public_page_is_for_the_cleared(http: aiohttp.ClientSession, people: People) -> None:
    row = await send(http, newcomer(people), APPLICATION | {"kind": "nngo", "hidden": True})
    uncleared = people.coordinator(cleared=False)
    async with http.get(f"/v1/applications/{row['id']}", headers=uncleared) as answer:
        assert await slug(answer, 404) == "application-not-found"
    async with http.get("/v1/applications", headers=uncleared) as answer:
        assert (await answer.json())["items"] == []
    row = await act(http, people.coordinator(), row, "review", {"outcome": "approved", "cleared": True})
    async with http.get(f"/v1/organizations/{NEWCOMER}", headers=uncleared) as answer:
        assert answer.status == 404
    async with http.get(f"/v1/organizations/{NEWCOMER}", headers=people.coordinator()) as answer:
        assert (await answer.json())["cleared"] is True


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"kind": "operator"}, "#/kind", "literal_error"),
        ({"names": {"ar": "<b>جمعية</b>"}}, "#/names", "not_plain_text"),
        ({"names": {"fr": "une société"}}, "#/names", "literal_error"),
        ({"reporting_duty": {"en": "&lt;script&gt;"}}, "#/reporting_duty", "not_plain_text"),
        ({"cleared": True}, "#/cleared", "extra_forbidden"),
        ({"agreement": {"version": "1"}}, "#/agreement/until", "missing"),
        ({"agreement": {"version": "<b>1</b>", "until": "2035-01-01"}}, "#/agreement/version", "not_plain_text"),
    ],
)
async def test_bad_applications_change_nothing(
    world: World, http: aiohttp.ClientSession, people: People, more: dict[str, Any], pointer: str, code: str
) -> None:
    async with http.post("/v1/applications", json=APPLICATION | more, headers=newcomer(people) | key()) as answer:
        assert await slug(answer, 422) == "malformed-request"
        found = (await answer.json())["errors"]
        assert (found[0]["pointer"], found[0]["code"]) == (pointer, code)
    assert await world.said() == []


async def test_it_is_sent_to_an_operator_and_by_nobody_for_another(http: aiohttp.ClientSession, people: People) -> None:
    for operator in (ZUMMAR, uuid4()):
        async with http.post(
            "/v1/applications", json=APPLICATION | {"operator_id": str(operator)}, headers=newcomer(people) | key()
        ) as answer:
            assert await slug(answer, 422) == "unknown-operator"
            assert (await answer.json())["pointer"] == "#/operator_id"
    for headers, body in ((newcomer(people), {"organization_id": str(uuid4())}), (people.coordinator(), {"operator_id": str(uuid4())})):
        async with http.post("/v1/applications", json=APPLICATION | body, headers=headers | key()) as answer:
            assert await slug(answer, 403) == "officers-only"
    for wrong in ({"outcome": "returned"}, {"outcome": "refused"}, {"outcome": "refused", "reason": "other", "cleared": True}):
        async with http.post(f"/v1/applications/{uuid4()}/review", json=wrong, headers=people.coordinator() | key() | match(1)) as answer:
            assert await slug(answer, 422) == "malformed-request"


def test_what_is_demanded_of_each_kind() -> None:
    today = date(2026, 11, 22)
    assert set(get_args(ApplicantKind)) == set(get_args(Kind)) - {"operator"}
    for kind in get_args(ApplicantKind):
        bare = missing(ApplicationDraft(kind=kind, names={"en": "x"}), [], today)
        assert ("agreement" in bare) is (kind != "cpf")
        assert ("check.no_minors" in bare) is ("registration" in bare) is (kind == "private")
        ended = APPLICATION | {"kind": kind, "agreement": {"version": "1", "until": "2026-11-21"}}
        assert ("agreement" in missing(ApplicationDraft.model_validate(ended), [], today)) is (kind != "cpf")


async def test_every_kind_of_organisation_may_stand_in_the_table(world: World) -> None:
    for kind in get_args(Kind):
        assert await world.rows("UPDATE organization SET kind = :kind WHERE id = :id RETURNING id", kind=kind, id=TELAFAR)
