"""Tasks and ServiceRequests over HTTP: who sees what, versions, conditions, languages, refusals."""

from uuid import uuid4

import pytest

from tests.referral.actors import ALL, CLEARED, COORDINATOR, FIRST, HLP, NGO, OFFICER, SECOND, STRANGER, Actor
from tests.referral.cast import OTHER_OPERATOR, brought_to
from tests.referral.fhir.reader import get, ids, refused, resources
from tests.referral.test_schema import restricted_offer
from tests.referral.world import World

KINDS = ("Task", "ServiceRequest")
DENIED = (404, "not-found", "resource-not-found")


@pytest.mark.parametrize("kind", KINDS)
async def test_parties_read_their_referral_and_others_do_not_know_of_it(world: World, kind: str) -> None:
    referral_id = await brought_to(world, "offered")
    for actor in (FIRST, NGO, OFFICER, COORDINATOR):
        answer = await get(world, actor, f"{kind}/{referral_id}")
        assert (answer.status, answer.body["id"], answer.body["resourceType"]) == (200, str(referral_id), kind)
    for actor in (SECOND, STRANGER, OTHER_OPERATOR):
        assert await refused(world, actor, f"{kind}/{referral_id}") == DENIED
        assert await refused(world, actor, f"{kind}/{referral_id}/_history") == DENIED
        assert await refused(world, actor, f"{kind}/{referral_id}/_history/1") == DENIED
        assert ids(await get(world, actor, kind)) == ids(await get(world, actor, f"{kind}/_history")) == []
    no_scope = Actor("no-scope", FIRST.organization_id, "nngo", "referral:answer")
    assert await refused(world, no_scope, f"{kind}/{referral_id}") == (403, "forbidden", "insufficient-scope")
    assert await refused(world, None, f"{kind}/{referral_id}") == (401, "login", "unauthenticated")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_centre_reads_nothing_of_what_it_pushed(world: World, kind: str) -> None:
    referral_id = await brought_to(world, "accepted", HLP)
    assert await refused(world, HLP, f"{kind}/{referral_id}") == DENIED
    for path in (kind, f"{kind}/_history", f"{kind}?_lastUpdated=ge2020", f"{kind}?_id={referral_id}"):
        assert ids(await get(world, HLP, path)) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_only_coordinators_of_the_owning_office_read_placements(world: World, kind: str) -> None:
    need_id = await world.identified(NGO)
    placement_id = (await world.placement(need_id)).id
    shown = await get(world, COORDINATOR, f"{kind}/{placement_id}")
    assert (shown.status, shown.body["status"]) == (200, "requested" if kind == "Task" else "active")
    powerful = Actor("other-office", uuid4(), "operator", ALL, ("coordinator",), None, True)
    for actor in (OFFICER, FIRST, NGO, STRANGER, powerful):
        assert await refused(world, actor, f"{kind}/{placement_id}") == DENIED
        assert ids(await get(world, actor, kind)) == ids(await get(world, actor, f"{kind}/_history")) == []


async def test_a_restricted_referral_is_for_cleared_eyes_and_masked(world: World) -> None:
    need_id = await restricted_offer(world)
    [row] = await world.rows("SELECT id, placement_id FROM referral WHERE need_id = :need", need=need_id)
    for kind in KINDS:
        for actor in (CLEARED, COORDINATOR):
            answer = await get(world, actor, f"{kind}/{row.id}")
            assert answer.status == 200 and answer.body["meta"]["security"][0]["code"] == "R"
            assert "IQG15" not in str(answer.body)
        for actor in (OFFICER, NGO):
            assert await refused(world, actor, f"{kind}/{row.id}") == DENIED
            for path in (kind, f"{kind}/_history", f"{kind}?_lastUpdated=ge2020", f"{kind}?_id={row.id}"):
                assert ids(await get(world, actor, path)) == [], (actor.name, path)
        assert len(ids(await get(world, COORDINATOR, kind))) == 2
        assert ids(await get(world, CLEARED, kind)) == [row.id]


async def test_the_reason_that_only_the_operator_is_told_is_not_found_out(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    await world.move(FIRST, referral_id, "decline", {"reason": "already_served", "comment": "Since May."})
    for actor, business, why in ((FIRST, "already-served", True), (COORDINATOR, "already-served", True), (NGO, "declined", False)):
        task = (await get(world, actor, f"Task/{referral_id}")).body
        assert (task["businessStatus"]["coding"][0]["code"], "statusReason" in task) == (business, why)
        old = resources(await get(world, actor, f"Task/{referral_id}/_history"))[0]
        assert old == task
        assert "Since May" not in str(task)
        found = ids(await get(world, actor, "Task?business-status=already-served"))
        assert found == ([referral_id] if why else [])
        assert ids(await get(world, actor, "Task?business-status=declined")) == ([] if why else [referral_id])
        by_time = await get(world, actor, "Task?business-status=already-served&_lastUpdated=ge2020")
        assert ids(by_time) == found


async def test_an_unchanged_version_is_not_sent_again(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    first = await get(world, FIRST, f"Task/{referral_id}")
    assert first.etag == 'W/"1"' and first.body["meta"]["versionId"] == "1"
    assert first.headers["Last-Modified"] == "Sun, 22 Nov 2026 06:00:00 GMT"
    for known in ('W/"1"', '"1"', 'W/"7", W/"1"'):
        again = await get(world, FIRST, f"Task/{referral_id}", {"If-None-Match": known})
        assert (again.status, again.etag, again.body) == (304, 'W/"1"', None)
    await world.move(FIRST, referral_id, "acceptance", {})
    newer = await get(world, FIRST, f"Task/{referral_id}", {"If-None-Match": 'W/"1"'})
    assert (newer.status, newer.etag, newer.body["status"]) == (200, 'W/"2"', "accepted")


@pytest.mark.parametrize("language", ["ar", "ckb", "en"])
async def test_reasons_are_told_in_the_language_asked_for(world: World, language: str) -> None:
    referral_id = await brought_to(world, "offered")
    await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})
    reasons = {item["code"]: item["title"] for item in (await world.get(FIRST, "/v1/reasons")).body["items"]}
    answer = await get(world, FIRST, f"Task/{referral_id}", {"Accept-Language": language})
    assert answer.body["statusReason"]["text"] == reasons["no_capacity"][language]
    assert (answer.headers["Content-Language"], answer.headers["Vary"], answer.body["language"]) == (language, "Accept-Language", language)
    outcome = await get(world, FIRST, f"Task/{uuid4()}", {"Accept-Language": language})
    assert outcome.headers["Content-Language"] == outcome.body["language"] == language


async def test_the_same_question_gets_the_same_answer(world: World) -> None:
    referral_id = await brought_to(world, "in_service")
    for path in (f"Task/{referral_id}", "Task", "ServiceRequest?status=active", "Task/_history"):
        assert (await get(world, COORDINATOR, path)).body == (await get(world, COORDINATOR, path)).body


@pytest.mark.parametrize("path", ["Task/none", "Task/1", "ServiceRequest/..x", "Task/none/_history", "Task/none/_history/1"])
async def test_an_id_of_another_kind_is_not_found(world: World, path: str) -> None:
    assert await refused(world, FIRST, path) == DENIED


@pytest.mark.parametrize("version", ["0", "2", "x", "99999999999999999999", "-1"])
async def test_a_version_that_never_was_is_not_found(world: World, version: str) -> None:
    referral_id = await brought_to(world, "offered")
    assert await refused(world, FIRST, f"Task/{referral_id}/_history/{version}") == DENIED


async def test_what_is_no_address_or_no_method_is_told_as_fhir_tells_it(world: World) -> None:
    assert (await refused(world, FIRST, "Patient"))[:2] == (404, "not-found")
    answer = await world.call(FIRST, "DELETE", "/fhir/R4/Task")
    assert (answer.status, answer.body["issue"][0]["code"]) == (405, "not-supported")
    assert answer.body["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("", "application/fhir+json", 200), ("", "application/json", 200), ("", "text/html, */*;q=0.1", 200),
        ("", "application/fhir+xml", 406),
        ("?_format=json", "application/fhir+xml", 200), ("?_format=application/fhir+json", "*/*", 200), ("?_format=xml", "*/*", 406),
    ],
)  # fmt: skip
async def test_only_json_is_spoken(world: World, query: str, accept: str, status: int) -> None:
    assert (await get(world, FIRST, f"Task{query}", {"Accept": accept})).status == status


async def test_everybody_may_read_what_the_server_can_do(world: World) -> None:
    nobody = world.mint.headers("referral", [], client_id="anonymous")
    answer = await get(world, None, "metadata", nobody)
    assert (answer.status, answer.body["resourceType"], answer.body["fhirVersion"]) == (200, "CapabilityStatement", "4.0.1")
    assert await refused(world, None, "Task", nobody) == (401, "login", "unauthenticated")
