"""What a file says is entered by the same commands as an officer's edits: all of it, nothing, or the good rows; once."""

import json

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined, ServiceChanged

from tests.directory.imports.conftest import COUNT, LEFT, Office
from tests.directory.imports.files import BARE, cell, row, xlsx
from tests.directory.world import OTHER_OPERATOR, TELAFAR, TELAFAR_SERVICE, World

pytestmark = pytest.mark.usefixtures("read_here")
PLACES = "SELECT count(*) FROM service_at_location WHERE status = 'open'"


@pytest.fixture(scope="module")
def thousand() -> bytes:
    """A sheet of a thousand rows: fifty services at twenty locations each, every twentieth row faulty."""
    faulty = {"needs": "no.such"}
    return xlsx(*(row(number // 20, location_id=f"LOC-{number}", **(faulty if number % 20 == 7 else {})) for number in range(1000)))


async def test_a_thousand_rows_with_fifty_faults_load_the_rest_and_then_nothing_new(world: World, office: Office, thousand: bytes) -> None:
    before = await world.value(PLACES)
    done = await office.send(thousand, mode="rest")
    assert (done["state"], done["rows"], done["created"], done["refused"]) == ("done", 1000, 50, 50)
    assert await world.value(PLACES) == before + 950
    faults = await office.report(done["id"], only="faults")
    assert [(one["code"], one["cell"]) for one in faults] == [("not_in_list", cell("needs", number + 2)) for number in range(7, 1000, 20)]
    lines = await office.report(done["id"])
    assert len(lines) == 1000 and {one["row"] for one in lines} == set(range(2, 1002))
    events = await world.said()
    assert len([one for one in events if isinstance(one, ServiceChanged)]) == 50
    assert len([one for one in events if isinstance(one, OrganizationJoined)]) == 1
    assert await world.value(LEFT) == 0

    versions = await world.rows("SELECT id, version, changed_at FROM service ORDER BY id")
    again = await office.send(thousand, mode="rest")
    assert (again["created"], again["changed"], again["unchanged"], again["refused"]) == (0, 0, 50, 50)
    assert await world.said() == []
    assert await world.rows("SELECT id, version, changed_at FROM service ORDER BY id") == versions


async def test_a_thousand_rows_with_fifty_faults_load_nothing_where_all_was_asked_for(
    world: World, office: Office, thousand: bytes
) -> None:
    before = await world.value(COUNT)
    refused = await office.send(thousand, mode="all_or_nothing")
    assert (refused["state"], refused["created"], refused["refused"]) == ("refused", 0, 50)
    assert await world.value(COUNT) == before
    assert await world.said() == []
    assert await world.value("SELECT count(*) FROM external_id") == 0
    lines = await office.report(refused["id"])
    assert (len(lines), sum(one["code"] == "not_loaded" for one in lines)) == (1000, 950)
    assert await world.value(LEFT) == 0


async def test_all_of_it_in_one_transaction_and_a_dry_run_changes_nothing(world: World, office: Office) -> None:
    data = xlsx(*(row(number) for number in range(1, 31)))
    tried = await office.send(data, dry_run="true")
    assert (tried["state"], tried["created"], tried["dry_run"]) == ("done", 30, True)
    assert await world.said() == []
    assert await world.value("SELECT count(*) FROM external_id") == 0
    done = await office.send(data)
    assert (done["state"], done["created"]) == ("done", 30)
    assert len(await world.said()) == 31
    assert await world.value("SELECT count(*) FROM external_id") == 1 + 30 * 3


async def test_one_service_at_several_locations_and_what_a_sheet_does_not_name(world: World, office: Office) -> None:
    await office.send(xlsx(row(1), row(1, location_id="B", location_en="Second"), row(2)))
    await world.said()
    more = row(1, location_id="C", location_en="Third", service_en="Better repair", description_ar="", description_en="")
    done = await office.send(xlsx(more))
    assert (done["created"], done["changed"]) == (0, 1)
    (found,) = await world.rows("""
        SELECT s.names->>'en' AS name, s.description, s.version, count(*) FILTER (WHERE a.status = 'open') AS places
        FROM service s JOIN service_at_location a ON a.service_id = s.id WHERE s.names->>'en' = 'Better repair' GROUP BY s.id
    """)
    assert (found.places, found.description["ar"]) == (3, "ترميم بسيط")
    assert [type(one) for one in await world.said()] == [ServiceChanged]


async def test_a_row_without_address_or_areas_takes_away_none(world: World, office: Office) -> None:
    await office.send(xlsx(row(1, areas="IQG15; IQG15Q08")))
    known = """
        SELECT l.names, l.address, l.latitude, a.areas FROM service_at_location a JOIN location l ON l.id = a.location_id
        WHERE a.id IN (SELECT id FROM external_id) ORDER BY a.id
    """
    before = await world.rows(known)
    unsaid = BARE | dict.fromkeys(("location_ar", "location_ckb", "location_en", "areas"), "")
    done = await office.send(xlsx(row(1, **unsaid), row(2, location_id="LOC-1", **unsaid)))
    assert (done["created"], done["unchanged"]) == (1, 1), await office.report(done["id"])
    after = await world.rows(known)
    assert after[0] == before[0] and after[1][:3] == before[0][:3]  # the second service is at the same location, as it was
    assert sorted(one.areas for one in after) == [["IQG15", "IQG15Q08"], ["IQG15Q08"]]


async def test_a_sheet_makes_nobody_an_operator(world: World, office: Office) -> None:
    done = await office.send(xlsx(row(1, organization_kind="operator"), row(2, organization_id="ORG-2")), mode="rest")
    assert [(one["code"], one["cell"]) for one in await office.report(done["id"])] == [
        ("checks_missing", cell("organization_kind", 2)),
        ("created", None),
    ]
    changed = await office.send(xlsx(row(2, organization_id="ORG-2", organization_kind="operator")), mode="rest")
    assert (changed["unchanged"], changed["refused"]) == (0, 1)
    assert await world.value("SELECT count(*) FROM organization o JOIN external_id e ON e.id = o.id WHERE o.kind = 'operator'") == 0


async def test_free_places_are_the_providers_own_word_once_the_entry_is_there(world: World, office: Office) -> None:
    await office.send(xlsx(row(1, places=10)))
    done = await office.send(xlsx(row(1, places=99)))
    assert done["unchanged"] == 1
    assert await world.value("SELECT max(figure) FROM service_at_location a JOIN external_id e ON e.id = a.id") == 10


@pytest.mark.parametrize("mode", ["rest", "all_or_nothing"])
async def test_what_a_command_refuses_is_a_fault_of_its_rows(world: World, office: Office, mode: str) -> None:
    exchanged = row(3, latitude=42.45, longitude=36.37)
    done = await office.send(xlsx(row(1), row(2, needs="protection.gbv", **BARE), exchanged), mode=mode)
    lines = [(one["code"], one["row"], one["cell"]) for one in await office.report(done["id"])]
    refusals = [("organization_not_cleared", 3, cell("needs", 3)), ("point_outside_iraq", 4, cell("latitude", 4))]
    assert lines == [("created" if mode == "rest" else "not_loaded", 2, None), *refusals]
    assert (done["state"], done["created"]) == (("done", 1) if mode == "rest" else ("refused", 1 if mode == "rest" else 0))
    services = [one for one in await world.said() if isinstance(one, ServiceChanged)]
    assert len(services) == (1 if mode == "rest" else 0)


async def test_restricted_rows_are_for_cleared_officers(world: World, office: Office) -> None:
    done = await office.send(xlsx(row(1), row(2, needs="protection.gbv", **BARE)), mode="rest", cleared=False)
    assert [one["code"] for one in await office.report(done["id"])] == ["created", "clearance_needed"]
    await office.send(xlsx(row(3)))
    owner = await world.value("SELECT id FROM external_id WHERE kind = 'organization'")
    await world.rows("UPDATE organization SET cleared = true WHERE id = :id RETURNING id", id=owner)
    fine = await office.send(xlsx(row(2, needs="protection.gbv", **BARE)), mode="rest")
    assert fine["created"] == 1
    ours = "SELECT id FROM external_id WHERE kind = 'service' AND external_id = 'SRV-2'"
    assert await world.value(f"SELECT hidden AND restricted FROM service WHERE id = ({ours})")


async def test_an_employer_applies_first(world: World, office: Office) -> None:
    done = await office.send(xlsx(row(1, organization_kind="private")))
    (fault,) = await office.report(done["id"])
    assert (fault["code"], fault["cell"]) == ("checks_missing", cell("organization_kind", 2))


async def test_an_employers_service_names_no_group_and_no_need_of_return(world: World, office: Office) -> None:
    await office.send(xlsx(row(1, needs="work.job")))
    owner = await world.value("SELECT id FROM external_id WHERE kind = 'organization'")
    await world.rows("UPDATE organization SET kind = 'private' WHERE id = :id RETURNING id", id=owner)
    said = {"organization_kind": "private", "needs": "work.job"}
    rows = (row(1, **said | {"groups": "group.idp"}), row(2, **said | {"needs": "reintegration.plan"}), row(3, **said))
    done = await office.send(xlsx(*rows), mode="rest")
    faults = await office.report(done["id"], only="faults")
    assert [(one["code"], one["cell"]) for one in faults] == [
        ("not_for_employers", cell("groups", 2)), ("not_for_employers", cell("needs", 3))
    ]  # fmt: skip
    assert (done["unchanged"], done["created"], done["refused"]) == (0, 1, 2)
    done = await office.send(xlsx(row(3, **said | {"cost": "25000"})), mode="rest")
    assert [(one["code"], one["cell"]) for one in await office.report(done["id"], only="faults")] == [
        ("fee_to_workers", cell("cost", 2))
    ]  # fmt: skip


async def test_an_employers_registration_is_not_changed_by_a_file(world: World, office: Office) -> None:
    query = "UPDATE organization SET kind = 'private', registration = 'NIN-1' WHERE id = :id RETURNING id"
    await world.rows(query, id=TELAFAR)
    await world.rows("UPDATE service SET rules = '{}' WHERE id = :id RETURNING id", id=TELAFAR_SERVICE)
    sent = await office.get(f"/v1/hsds/services/{TELAFAR_SERVICE}")
    for number, faults in (("NIN-1", []), ("NIN-2", [("registration_unchecked", "organization/organization_identifiers")])):
        sent["organization"]["organization_identifiers"] = [{"identifier_type": "registration", "identifier": number}]
        done = await office.send(json.dumps(sent).encode(), "application/json", source="ihala")
        found = await office.report(done["id"], only="faults")
        assert [(one["code"], one["cell"].partition("/")[2]) for one in found] == faults
    assert await world.value("SELECT registration FROM organization WHERE id = :id", id=TELAFAR) == "NIN-1"


async def test_the_ids_of_one_source_are_nothing_to_another_operator(world: World, office: Office) -> None:
    await office.send(xlsx(row(1)))
    await world.rows(
        "UPDATE organization SET operator_id = :other WHERE id IN (SELECT id FROM external_id) RETURNING id", other=OTHER_OPERATOR
    )
    done = await office.send(xlsx(row(1)), mode="rest")
    assert [one["code"] for one in await office.report(done["id"])] == ["not_yours"]
