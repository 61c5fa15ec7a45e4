"""An organisation that is hidden takes all of it out of sight, and those who may still see it are told that it changed."""

from datetime import datetime
from typing import Any

import aiohttp
import pytest
from ihala_contracts.directory_v1 import OrganizationJoined, ServiceChanged
from ihala_directory import store
from ihala_directory.commands import edits, services

from tests.directory.bodies import SERVICE
from tests.directory.conftest import SEED
from tests.directory.test_proposals import propose
from tests.directory.test_suspension import ADMIN
from tests.directory.world import TELAFAR, TELAFAR_AT, TELAFAR_SERVICE, WLCO, ZUMMAR, ZUMMAR_SERVICE, People, World, match


async def hide_telafar(http: aiohttp.ClientSession, people: People, version: int, *, hidden: bool) -> None:
    known = next(one for one in SEED["organizations"] if one["id"] == str(TELAFAR))
    body = {name: known[name] for name in ("kind", "names", "phone", "agreement", "reporting_duty")} | {"hidden": hidden}
    async with http.put(f"/v1/organizations/{TELAFAR}", json=body, headers=people.coordinator() | match(version)) as answer:
        assert (answer.status, (await answer.json())["hidden"]) == (200, hidden)


async def test_hiding_an_organisation_hides_all_of_it(world: World, http: aiohttp.ClientSession, people: People) -> None:
    await hide_telafar(http, people, 1, hidden=True)
    said = await world.said()
    assert [type(one) for one in said] == [ServiceChanged, OrganizationJoined]
    assert all(one.hidden for one in said if isinstance(one, ServiceChanged | OrganizationJoined))
    async with http.get(f"/v1/services/{TELAFAR_SERVICE}", headers=people.stranger()) as answer:
        assert answer.status == 404
    async with http.get(f"/v1/services/{TELAFAR_SERVICE}", headers=people.coordinator()) as answer:
        where = (await answer.json())["at"][0]["location"]
        assert (where["latitude"], where["address"]) == (None, {})


async def harvested(http: aiohttp.ClientSession, headers: dict[str, str], feed: str, name: str, since: datetime | None) -> list[str]:
    """The ids that a harvest of a list finds: changed since then, or all."""
    asked = {"per_page": "100"} | ({"modified_after": since.isoformat()} if since else {})
    async with http.get(f"{feed}/{name}", params=asked, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return [one["id"] for one in (await answer.json())["contents"]]


async def test_what_is_hidden_or_shown_again_is_changed_for_harvesters_and_by_etag(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    entries = {"services": TELAFAR_SERVICE, "service_at_locations": TELAFAR_AT, "organizations": TELAFAR}
    ours = {"services": f"/v1/services/{TELAFAR_SERVICE}", "at": f"/v1/services-at-locations/{TELAFAR_AT}"}
    for number, hidden in ((1, True), (2, False)):
        since = world.database.clock.now()
        for name in entries:
            assert await harvested(http, people.coordinator(), "/v1/hsds", name, since) == []
        await hide_telafar(http, people, number, hidden=hidden)
        for name, id in entries.items():
            assert await harvested(http, people.coordinator(), "/v1/hsds", name, since) == [str(id)]
            assert await harvested(http, people.nobody(), "/hsds", name, since) == ([] if hidden else [str(id)])
            assert (str(id) in await harvested(http, people.nobody(), "/hsds", name, None)) is not hidden
        for url in ours.values():
            async with http.get(url, headers=people.coordinator()) as answer:
                assert answer.headers["ETag"] == f'"{number + 1}"'
        changed = await world.value("SELECT changed_at FROM location WHERE organization_id = :id", id=TELAFAR)
        assert changed > since


async def test_what_was_hidden_before_its_organisation_was_has_no_new_version(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    [before] = await world.rows("SELECT names, kind, version FROM organization WHERE id = :id AND hidden", id=WLCO)
    body = {"kind": before.kind, "names": before.names, "hidden": False, "cleared": True}
    async with http.put(f"/v1/organizations/{WLCO}", json=body, headers=people.coordinator() | match(before.version)) as answer:
        assert answer.status == 200, await answer.text()
    rows = await world.rows("SELECT restricted, hidden, version FROM service WHERE organization_id = :id", id=WLCO)
    assert {(row.restricted, row.hidden, row.version) for row in rows} <= {(True, True, 1), (False, False, 2)} and rows


@pytest.mark.parametrize("what", ["organization", "service"])
async def test_what_was_asked_for_an_entry_is_hidden_with_it(world: World, http: aiohttp.ClientSession, people: People, what: str) -> None:
    uncleared, change = people.coordinator(cleared=False), {"opening_hours": {"en": "8 to 14, the house behind the mill"}}
    about: list[dict[str, Any]] = [{"kind": "service", "id": str(TELAFAR_SERVICE), "version": 1}]
    changes = [change]
    if what == "organization":
        about.append({"kind": "service"})
        changes.append(SERVICE | change)
    rows = [await propose(http, people.provider(TELAFAR), one, wanted) for one, wanted in zip(about, changes, strict=True)]
    other = await propose(http, people.provider(ZUMMAR), {"kind": "service", "id": str(ZUMMAR_SERVICE), "version": 1}, change)
    if what == "organization":
        await hide_telafar(http, people, 1, hidden=True)
    else:
        await world.rows("UPDATE organization SET cleared = true WHERE id = :id RETURNING id", id=TELAFAR)
        async with world.database.transaction(ADMIN) as tx:
            owner, row = await services.service_for(tx, ADMIN, TELAFAR_SERVICE, 1)
            draft = edits.service_draft(row, await store.locations_of(tx, row.id))
            for one in draft.at:
                one.location.latitude, one.location.longitude, one.location.address, one.location.transportation = None, None, {}, {}
            await services.change(tx, owner, row, draft.model_copy(update={"restricted": True}))
    for row, status in (*((row, 404) for row in rows), (other, 200)):
        async with http.get(f"/v1/proposals/{row['id']}", headers=uncleared) as answer:
            assert answer.status == status
        async with http.get(f"/v1/proposals/{row['id']}", headers=people.coordinator()) as answer:
            assert answer.status == 200
