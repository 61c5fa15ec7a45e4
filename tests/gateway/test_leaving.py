"""An organisation that left has no clients any more: those of others go on."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

from ihala_contracts.catalogue import type_of, version_of
from ihala_contracts.directory_v1 import OrganizationLeft
from ihala_gateway import consumers
from ihala_kit.auth import Caller
from ihala_kit.bus import Received, envelope_of
from ihala_kit.inbox import Inbox, handlers_in
from sqlalchemy import text

from tests.gateway.house import House

PATH = "/referral/v1/referrals"
LEFT = UUID("01940000-0000-7000-8000-00000000000d")


def arrived(event: OrganizationLeft) -> Received:
    """The event as it comes from Kafka."""
    headers = {
        "ce_id": str(uuid4()), "ce_source": "/ihala/directory", "ce_type": type_of(OrganizationLeft),
        "ce_dataschema": f"urn:ihala:schema:x.v{version_of(OrganizationLeft)}", "ce_partitionkey": str(event.key), "ce_sequence": "1",
        "ce_epoch": "1", "ce_time": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    return Received(event.topic, 0, 0, headers, event.model_dump_json().encode(), envelope_of(headers))


async def status(home: House, headers: dict[str, str]) -> int:
    async with home.session.get(PATH, headers=headers) as answer:
        return answer.status


async def test_the_clients_of_an_organisation_that_left_are_refused_within_a_second(home: House) -> None:
    for client_id in ("leaver-1", "leaver-2"):
        await home.register(client_id, organization_id=str(LEFT))
    signed_in = [await home.signed_in(client_id) for client_id in ("leaver-1", "leaver-2")]
    assert [await status(home, headers) for headers in signed_in] == [200, 200]
    record = arrived(OrganizationLeft(organization_id=LEFT, reason="dissolved", left_at=datetime.now(UTC)))
    inbox = Inbox(home.database, "gateway", handlers_in([consumers]))
    await inbox.apply([record])
    await inbox.apply([record])  # every event may come twice
    began = time.monotonic()
    while [await status(home, headers) for headers in signed_in] != [401, 401]:
        assert time.monotonic() - began < 5, "still let in"
        await asyncio.sleep(0.05)
    assert await status(home, await home.signed_in()) == 200, "others go on"
    async with home.database.transaction(Caller.system("test")) as tx:
        told = (
            await tx.execute(text("SELECT count(*) FROM outbox WHERE type LIKE '%client-suspended' AND key = :id"), {"id": LEFT})
        ).scalar_one()
        assert (told, (await tx.execute(text("SELECT count(*) FROM parked"))).scalar_one()) == (2, 0)
