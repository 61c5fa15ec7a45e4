"""An organisation with many services stays a bounded entry, and a reader finds the rest."""

from typing import Any

import pytest
from ihala_directory.hsds.lists import MOST_SERVICES

from tests.directory.hsds.conftest import Feed
from tests.directory.hsds.validating import faults
from tests.directory.world import TELAFAR, TELAFAR_SERVICE

# The service in Telafar so many times, each at its place; the organisation has it itself, too.
COPIES = f"""
    WITH copy AS (
        INSERT INTO service SELECT made.*
        FROM service s, generate_series(1, :copies) n, jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'n', n)) made
        WHERE s.id = '{TELAFAR_SERVICE}' RETURNING id
    )
    INSERT INTO service_at_location SELECT made.* FROM service_at_location a, copy c,
        jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'service_id', c.id)) made
        WHERE a.service_id = '{TELAFAR_SERVICE}'
"""


async def entry(feed: Feed, **asked: Any) -> dict[str, Any]:
    status, body = await feed.get(f"/organizations/{TELAFAR}", **asked)
    assert status == 200 and faults("organization", body) == []
    found: dict[str, Any] = body
    return found


async def test_an_organisation_of_many_services_shows_the_first_and_says_so(feed: Feed) -> None:
    assert (await entry(feed))["services_complete"]
    await feed.run(COPIES, copies=MOST_SERVICES - 1)
    exactly = await entry(feed)
    assert (len(exactly["services"]), exactly["services_complete"]) == (MOST_SERVICES, True)
    await feed.run(COPIES, copies=1)
    await feed.run(COPIES, copies=20)
    for full_service in (False, True):
        bounded = await entry(feed, full_service=full_service)
        assert (len(bounded["services"]), bounded["services_complete"]) == (MOST_SERVICES, False)
        pages = [(await feed.get("/services", organization_id=TELAFAR, per_page=100, page=page))[1] for page in (1, 2)]
        assert [one["id"] for one in bounded["services"]] == [one["id"] for one in pages[0]["contents"]]
        assert len(pages[1]["contents"]) == 21 and pages[1]["last_page"]
    for asked in ({"full": True}, {"full_service": True}):
        listed = {one["id"]: one for one in await feed.all("/organizations", **asked)}
        assert listed[str(TELAFAR)] == await entry(feed, **({} if "full" in asked else asked))
        assert all(one["services_complete"] for id, one in listed.items() if id != str(TELAFAR))
    # what is hidden is not counted: the public sees a hundred, and that these are all
    rows = await feed.rows(
        "SELECT id FROM service WHERE organization_id = :id AND id <> :first LIMIT 21", id=TELAFAR, first=TELAFAR_SERVICE
    )
    await feed.run("UPDATE service_at_location SET hidden = true WHERE service_id = ANY(:ids)", ids=[row.id for row in rows])
    await feed.run("UPDATE service SET hidden = true WHERE id = ANY(:ids)", ids=[row.id for row in rows])
    assert (len((await entry(feed))["services"]), (await entry(feed))["services_complete"]) == (MOST_SERVICES, True)
    assert not (await entry(feed, headers=feed.people.coordinator(), signed_in=True))["services_complete"]


@pytest.mark.parametrize("asked", [{"full": True}, {"full_service": True}, {}])
async def test_lines_are_the_whole_list_however_many_are_read_at_once(
    feed: Feed, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    monkeypatch.setattr("ihala_directory.hsds.answers.WHOLE_LINES_AT_ONCE", 3)
    monkeypatch.setattr("ihala_directory.hsds.answers.LINES_AT_ONCE", 4)
    params = {"format": "ndjson"} | dict.fromkeys(asked, "true")
    async with feed.session.get("/hsds/organizations", params=params, headers=feed.people.nobody()) as answer:
        lines = (await answer.text()).splitlines()
    assert len(lines) == len(await feed.all("/organizations", **asked))
