"""Clients when several act on one at the same moment; and those that were there before their state had reasons."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from ihala_gateway.app import MIGRATIONS
from ihala_gateway.clients.uses import KeyUses
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.migrations import migrate_async
from ihala_kit.settings import KitSettings
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres
from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.gateway.desk import CLIENTS, OURS, REQUESTS, operator_desk, organization_desk
from tests.gateway.house import KEY, House

NEW = {"name": "Case system", "kind": "sandbox", "scopes": ["referral:read"], "jwks": {"keys": [KEY.as_dict(private=False)]}}
OLD = """
    INSERT INTO client (client_id, organization_id, organization_name, organization_kind, governorates, roles, scopes, cleared, kind,
                        trained_on, jwks, status, version, changed_at)
    VALUES (:id, :organization, 'Ours', 'provider', '{}', '{}', '{}', false, 'sandbox', '2025-09-01', '{"keys": []}', :status, 1, now())
"""


async def test_two_administrators_decide_at_once_and_one_of_them_is_told_so(home: House) -> None:
    ours, deciders = await organization_desk(home), [await operator_desk(home, f"operator-{n}") for n in range(2)]
    made = await ours.did("POST", CLIENTS, NEW)
    [asked] = (await ours.did("GET", f"{CLIENTS}/{made['client_id']}/requests"))["items"]
    path = f"{REQUESTS}/{asked['id']}"
    answers = await asyncio.gather(
        deciders[0].call("POST", path + "/approval", {}), deciders[1].call("POST", path + "/return", {"words": "No."})
    )
    assert sorted(status for status, _ in answers) == [200, 409]


async def test_keys_that_are_added_at_once_are_all_there_while_uses_are_written(home: House) -> None:
    ours, others = await organization_desk(home), Database(home.settings)
    await home.register("busy", organization_id=OURS)
    new = [ECKey.generate_key("P-256", {"kid": f"n{n}"}).as_dict(private=False) for n in range(4)]
    uses = [home.gateway._upkeep._uses, KeyUses(others)]
    for each in uses:
        for kid in ("c1", "n0", "n1", "gone"):
            each.note("busy", kid)
    adding = [ours.call("POST", f"{CLIENTS}/busy/keys", {"jwk": jwk, "others_end_at": None}) for jwk in new]
    answers = await asyncio.gather(*adding, *(each.write() for each in uses))
    await others.stop()
    assert [answer[0] for answer in answers if answer] == [201] * 4
    assert {key["kid"] for key in (await ours.did("GET", f"{CLIENTS}/busy/keys"))["items"]} == {"c1", "n0", "n1", "n2", "n3"}


async def test_clients_from_before_keep_their_state_and_the_one_day_stands_for_both(postgres: ThrowAwayPostgres) -> None:
    async def before(owner_url: str, app_role: str) -> None:
        await migrate_async(MIGRATIONS, owner_url, app_role, "0003")

    async with postgres.scratch("gateway_before", before) as scratch:
        settings = KitSettings(database_url=scratch.url, master_key=new_master_key())
        database = Database(settings)
        async with database.transaction(Caller.system("test")) as tx:
            for status in ("active", "suspended"):
                await tx.execute(text(OLD), {"id": status, "organization": uuid4(), "status": status})
        await database.stop()
        await migrate_async(MIGRATIONS, scratch.owner_url, scratch.url.partition("//")[2].partition(":")[0])
        async with database.transaction(Caller.system("test")) as tx:
            found = await tx.execute(
                text("SELECT client_id, status, suspended_by, code_signed_on = trained_on, approved_at FROM client ORDER BY 1")
            )
            rows = [(row[0], row[1], row[2], row[3], row[4] <= datetime.now(UTC)) for row in found]
        await database.stop()
    assert rows == [("active", "active", [], True, True), ("suspended", "suspended", ["operator"], True, True)]
