"""What the directory says of an organisation holds for its clients and its people: those of others go on."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

from ihala_contracts.directory_v1 import OrganizationJoined, OrganizationLeft, OrganizationReinstated, OrganizationSuspended
from ihala_contracts.directory_v1.base import OrganizationEvent
from ihala_contracts.envelope import type_of, version_of
from ihala_gateway import consumers
from ihala_gateway.clients import commands as clients
from ihala_gateway.clients import models, requests, standing
from ihala_gateway.staff.tables import Account
from ihala_kit.auth import Caller
from ihala_kit.ids import new_id
from ihala_kit.inbox import Inbox, handlers_in
from ihala_kit.records import Received, envelope_of
from sqlalchemy import text

from tests.gateway.house import KEY, OPERATOR, House, entry

PATH = "/referral/v1/referrals"
NOW = datetime.now(UTC)


def arrived(event: OrganizationEvent, sequence: int) -> Received:
    """The event as it comes from Kafka."""
    headers = {
        "ce_id": str(uuid4()), "ce_source": "/ihala/directory", "ce_type": type_of(type(event)),
        "ce_dataschema": f"urn:ihala:schema:x.v{version_of(type(event))}", "ce_partitionkey": str(event.key), "ce_sequence": str(sequence),
        "ce_epoch": "1", "ce_time": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    return Received(event.topic, 0, 0, headers, event.model_dump_json().encode(), envelope_of(headers))


async def heard(home: House, *events: OrganizationEvent, first: int = 1) -> None:
    """Let the gateway read the events, each twice: every event may come twice."""
    inbox = Inbox(home.database, "gateway", handlers_in([consumers]))
    for sequence, event in enumerate(events, first):
        record = arrived(event, sequence)
        await inbox.apply([record])
        await inbox.apply([record])


async def status(home: House, headers: dict[str, str]) -> int:
    async with home.session.get(PATH, headers=headers) as answer:
        return answer.status


async def refused(home: House, *callers: dict[str, str]) -> None:
    """Wait until all of them are refused, which takes a second at most."""
    began = time.monotonic()
    while {await status(home, headers) for headers in callers} != {401}:
        assert time.monotonic() - began < 1.5, "still let in"
        await asyncio.sleep(0.05)


async def rows(home: House, query: str, **values: object) -> list[tuple[object, ...]]:
    async with home.database.transaction(Caller.system("test")) as tx:
        return [tuple(row) for row in await tx.execute(text(query), values)]


async def test_the_clients_of_an_organisation_that_left_are_refused_within_a_second(home: House) -> None:
    left = new_id()
    for client_id in ("leaver-1", "leaver-2"):
        await home.register(client_id, organization_id=str(left))
    signed_in = [await home.signed_in(client_id) for client_id in ("leaver-1", "leaver-2")]
    assert [await status(home, headers) for headers in signed_in] == [200, 200]
    await heard(home, OrganizationLeft(organization_id=left, reason="dissolved", left_at=NOW))
    await refused(home, *signed_in)
    assert await status(home, await home.signed_in()) == 200, "others go on"
    assert await rows(home, "SELECT count(*) FROM outbox WHERE type LIKE '%client-suspended' AND key = :id", id=left) == [(2,)]
    assert await rows(home, "SELECT count(*) FROM parked") == [(0,)]


async def test_a_reinstated_organisation_gets_back_what_its_suspension_took_and_nothing_else(home: House) -> None:
    ours = new_id()
    for client_id in ("back", "bad", "own"):
        await home.register(client_id, organization_id=str(ours))
    before = await home.signed_in("back")
    async with home.database.transaction(Caller.system("test")) as tx:
        await standing.suspend(tx, "bad")
    await heard(home, OrganizationSuspended(organization_id=ours, reason="under_review", suspended_at=NOW))
    async with home.database.transaction(Caller.system("test")) as tx:
        await standing.suspend(tx, "own")  # the operator finds something in the meantime
    await refused(home, before)
    await heard(home, OrganizationReinstated(organization_id=ours, reinstated_at=NOW), first=2)
    found = await rows(home, "SELECT client_id, status, suspended_by FROM client WHERE organization_id = :id ORDER BY 1", id=ours)
    assert found == [("back", "active", []), ("bad", "suspended", ["operator"]), ("own", "suspended", ["operator"])]
    assert await status(home, await home.signed_in("back")) == 200
    assert await status(home, before) == 401, "a token from before its suspension"
    told = await rows(home, "SELECT type, CAST(data AS json)->>'client_id' FROM outbox WHERE key = :id ORDER BY seq", id=ours)
    assert [(name.rpartition(".")[2], client) for name, client in told][3:] == [
        ("client-suspended", "bad"), ("client-suspended", "back"), ("client-suspended", "own"), ("client-approved", "back"),
    ]  # fmt: skip


async def test_a_client_that_is_added_to_a_suspended_organisation_waits_for_its_reinstatement(home: House) -> None:
    ours = new_id()
    async with home.database.transaction(Caller.system("test")) as tx:
        await clients.load(tx, [clients.Entry.model_validate(entry("added-before", organization_id=str(ours)))])
        suspending = asyncio.create_task(heard(home, OrganizationSuspended(organization_id=ours, reason="under_review", suspended_at=NOW)))
        await asyncio.sleep(0.1)
        assert not suspending.done(), "it waits for what is being added, which it could not see"
    await suspending
    await home.register("added-after", organization_id=str(ours))
    asks = Caller("any", ours, "provider", operator_id=OPERATOR, roles=frozenset({"organization-administrator"}))
    jwks = {"keys": [KEY.as_dict(private=False)]}
    async with home.database.transaction(asks) as tx:
        wanted = models.NewClient(name="X", kind="sandbox", scopes=["referral:read"], jwks=jwks)
        await requests.register(tx, asks, wanted, ["referral:read"])
    state = "SELECT status, suspended_by FROM client WHERE organization_id = :id ORDER BY approved_at"
    assert await rows(home, state, id=ours) == [("suspended", ["directory"])] * 3
    await heard(home, OrganizationReinstated(organization_id=ours, reinstated_at=NOW), first=2)
    assert await rows(home, state, id=ours) == [("active", []), ("active", []), ("pending", [])]


async def test_its_people_are_suspended_with_it_and_come_back_with_it(home: House) -> None:
    ours, working, sent_away, invited = new_id(), new_id(), new_id(), new_id()
    async with home.database.transaction(Caller.system("test")) as tx:
        people = ((working, "active", []), (sent_away, "suspended", ["administrator"]), (invited, "invited", []))
        tx.add_all([_account(account_id, ours, state, by) for account_id, state, by in people])
    accounts = "SELECT account_id, status, suspended_by, version FROM account WHERE organization_id = :id ORDER BY 1"
    await heard(home, OrganizationSuspended(organization_id=ours, reason="under_review", suspended_at=NOW))
    by = ["organization"]
    held = [(working, "suspended", by, 2), (sent_away, "suspended", ["administrator", *by], 2), (invited, "suspended", by, 2)]
    assert await rows(home, accounts, id=ours) == held
    assert await rows(home, "SELECT type FROM outbox WHERE key = :id", id=ours) == [("org.ihala.gateway.account-suspended",)] * 2
    await heard(home, OrganizationReinstated(organization_id=ours, reinstated_at=NOW), first=2)
    assert await rows(home, accounts, id=ours) == [
        (working, "active", [], 3), (sent_away, "suspended", ["administrator"], 3), (invited, "invited", [], 3),
    ]  # fmt: skip


async def test_an_organisation_is_known_as_it_was_told_last(home: House) -> None:
    ours, operator, person = new_id(), new_id(), new_id()
    await home.register("renamed", organization_id=str(ours), organization_kind="cso")
    async with home.database.transaction(Caller.system("test")) as tx:
        tx.add(_account(person, ours, "active", []))
    before = await home.signed_in("renamed")
    first = OrganizationJoined(organization_id=ours, kind="cso", names={"en": "A", "ar": "أ"}, operator_id=operator, joined_at=NOW)
    await heard(home, first, first.model_copy(update={"names": {"ar": "ب"}, "cleared": True}))
    found = await rows(home, "SELECT name, kind, operator_id, cleared FROM known_organization WHERE organization_id = :id", id=ours)
    assert found == [("ب", "cso", operator, True)]
    named = "SELECT organization_name FROM {} WHERE organization_id = :id"
    assert [await rows(home, named.format(table), id=ours) for table in ("client", "account")] == [[("ب",)]] * 2, (
        "on her pages, too, and where she is asked about a client"
    )
    assert await rows(home, "SELECT version FROM client WHERE organization_id = :id", id=ours) == [(1,)], "no process refuses its tokens"
    assert await status(home, before) == 200, "a name ends no token"


async def test_who_is_cleared_no_more_sees_nothing_restricted_and_a_human_gives_it_back(home: House) -> None:
    ours, person = new_id(), new_id()
    await home.register("restricted", organization_id=str(ours), organization_kind="provider", cleared=True)
    account = _account(person, ours, "active", [])
    account.cleared = True
    async with home.database.transaction(Caller.system("test")) as tx:
        tx.add(account)
    before = await home.signed_in("restricted")
    joined = OrganizationJoined(organization_id=ours, kind="provider", names={"en": "A"}, cleared=True, joined_at=NOW)
    await heard(home, joined)
    assert await status(home, before) == 200
    await heard(home, joined.model_copy(update={"cleared": False}), joined, first=2)
    await refused(home, before)
    cleared = "SELECT cleared FROM client WHERE organization_id = :id UNION ALL SELECT cleared FROM account WHERE organization_id = :id"
    assert await rows(home, cleared, id=ours) == [(False,), (False,)]
    assert await status(home, await home.signed_in("restricted")) == 200


async def test_an_organisation_that_is_another_kind_now_has_clients_and_people_of_that_kind(home: House) -> None:
    ours, person = new_id(), new_id()
    await home.register("former", organization_id=str(ours), organization_kind="operator", first_party=True, cleared=True)
    account = _account(person, ours, "active", [])
    account.organization_kind, account.roles, account.cleared = "operator", ["officer", "operator-administrator"], True
    async with home.database.transaction(Caller.system("test")) as tx:
        tx.add(account)
    before = await home.signed_in("former")
    joined = OrganizationJoined(organization_id=ours, kind="operator", names={"en": "A"}, joined_at=NOW)
    await heard(home, joined)
    assert await status(home, before) == 200, "nothing changed, and an operator needs no clearance"
    await heard(home, joined.model_copy(update={"kind": "provider", "cleared": True}), first=2)
    await refused(home, before)
    client = "SELECT organization_kind, first_party, cleared FROM client WHERE client_id = 'former'"
    assert await rows(home, client) == [("provider", False, True)]
    people = "SELECT organization_kind, roles, cleared, version FROM account WHERE account_id = :id"
    assert await rows(home, people, id=person) == [("provider", ["officer"], True, 2)]


def _account(account_id: UUID, organization_id: UUID, status: str, suspended_by: list[str]) -> Account:
    return Account(
        account_id=account_id, name_hash=account_id.bytes, sealed_name=b"\x01", kind="live", organization_id=organization_id,
        organization_name="Ours", organization_kind="provider", governorates=[], roles=[], cleared=False, language="ar",
        status=status, suspended_by=suspended_by, password_hash="x", version=1, changed_at=NOW, created_at=NOW,
        invitation_hash=account_id.bytes if status == "invited" else None, invitation_until=NOW if status == "invited" else None,
    )  # fmt: skip
