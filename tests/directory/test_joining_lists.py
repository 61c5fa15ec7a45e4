"""Who sees which applications and organisations in lists, and by which index they come."""

import aiohttp
import pytest
from ihala_directory.joining import store
from ihala_kit.auth import Caller
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from tests.directory.test_joining import APPLICATION, newcomer, send
from tests.directory.world import OPERATOR, OTHER_OPERATOR, ZUMMAR, People, World, next_page, slug

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def test_an_operator_lists_what_it_decides_and_an_applicant_its_own(http: aiohttp.ClientSession, people: People) -> None:
    officer, ids = people.coordinator(), []
    for _ in range(3):
        ids.append((await send(http, officer, APPLICATION))["id"])
    ids.append((await send(http, newcomer(people), APPLICATION))["id"])
    seen: list[str] = []
    url: str | None = "/v1/applications?limit=3"
    while url:
        async with http.get(url, headers=officer) as answer:
            seen += [one["id"] for one in (await answer.json())["items"]]
            url = next_page(answer)
    assert seen == ids
    for headers, expected in ((newcomer(people), ids[-1:]), (people.stranger(), []), (people.coordinator(operator=OTHER_OPERATOR), [])):
        async with http.get("/v1/applications", headers=headers) as answer:
            assert [one["id"] for one in (await answer.json())["items"]] == expected
    async with http.get("/v1/applications?status=approved", headers=officer) as answer:
        assert (await answer.json())["items"] == []


async def test_an_operator_lists_its_organisations(http: aiohttp.ClientSession, people: People) -> None:
    seen: list[str] = []
    url: str | None = "/v1/organizations?limit=7"
    while url:
        async with http.get(url, headers=people.coordinator(cleared=False)) as answer:
            seen += [one["id"] for one in (await answer.json())["items"]]
            url = next_page(answer)
    assert (len(seen), len(set(seen))) == (19, 19)  # of the demonstration's twenty-three three are hidden, and one is the other operator
    async with http.get("/v1/organizations", headers=people.provider(ZUMMAR)) as answer:
        assert await slug(answer, 403) == "officers-only"


@pytest.mark.parametrize("kind", ["operator", "nngo"])
async def test_lists_go_by_their_index(world: World, kind: str) -> None:
    caller = Caller("x", OPERATOR if kind == "operator" else ZUMMAR, kind, cleared=True)
    side = "operator" if kind == "operator" else "organization"
    for name, query in (
        (f"application_of_{side}", store.applications_query(caller, "applied")),
        (f"proposal_of_{side}", store.proposals_query(caller, "open")),
        ("organization_of_operator", store.organizations_query(caller, OPERATOR, "active")),
    ):
        compiled = str(query.limit(50).compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
        async with world.database.transaction(caller) as tx:  # the tables are small here: only what the plan may do is asked
            await tx.execute(text("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)"))
            plan = (await tx.execute(text(f"EXPLAIN {compiled.replace(':', chr(92) + ':')}"))).scalars().all()
        assert any(f"Index Scan using {name}" in line for line in plan), plan
