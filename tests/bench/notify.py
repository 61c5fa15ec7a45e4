"""Messages: how many are accepted a second and at what CPU; how late an SMS is at the SMSC after its event was in Kafka; how fast 10,000
mails drain.

GOV.UK Notify's API was measured on the same kind of machine: 38 to 44 messages a second at 8 to 32 clients, 8 to 9 CPU ms each with its
database.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from ihala_kit.testing import Mint

from tests.bench.api_process import Api, api
from tests.bench.notify_world import Made, world
from tests.bench.results import Figure, percentile
from tests.bench.webhooks import cpu, postgres_processes
from tests.notify.samples import OPERATOR

RATE, SECONDS, WARM_UP = 50, 30, 5
MAILS, ACCEPTED, CLIENTS = 10_000, 1_500, (8, 32)
OWN = {"language": "ar", "channel": "sms", "number": "+9647000000099", "own": True, "safe_to_message": True}
MAIL = {"channel": "email", "number": None, "safe_to_message": False}
GOVUK = "GOV.UK Notify 38 to 44/s, 8 to 9 CPU ms"


async def measure(rate: int = RATE, seconds: int = SECONDS, mails: int = MAILS, accepted: int = ACCEPTED) -> list[Figure]:
    """Return the figures."""
    async with world() as made:
        made.peers.contact = OWN
        figures = await _to_the_smsc(made, rate, seconds)
        figures += await _drained(made, mails)
        return [*figures, *await _accepted(made, accepted)]


async def _to_the_smsc(made: Made, rate: int, seconds: int) -> list[Figure]:
    """Have events come at the rate; return how late their SMS were."""
    needs = [uuid4() for _ in range(rate * (WARM_UP + seconds))]
    async with made.notify("all") as process:
        before = cpu([process, *postgres_processes()])
        begun = time.monotonic()
        there: dict[UUID, datetime] = {}

        async def happen(number: int, need: UUID) -> None:
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            there[need] = await made.happen(need)

        await asyncio.gather(*(happen(number, need) for number, need in enumerate(needs)))
        came = await made.until_came("smpp", len(needs), 60)
        await asyncio.sleep(1)  # receipts and what they settle
        spent = cpu([process, *postgres_processes()]) - before
    late = await _late(made, came, there, needs[rate * WARM_UP :])
    name = f"referral event to SMSC at {rate}/s"
    return [
        Figure(f"{name} p50", round(percentile(late, 50), 1), "ms", note="from Kafka's acknowledgement; one process, real Kafka and SMPP"),
        Figure(f"{name} p99", round(percentile(late, 99), 1), "ms", 1000),
        Figure("message from event to receipt, CPU of process and PostgreSQL", round(1000 * spent / len(needs), 2), "ms",
               note="with feeds, two events out and the receipts of all parts"),
    ]  # fmt: skip


async def _late(made: Made, came: Sequence[dict[str, Any]], there: dict[UUID, datetime], needs: Sequence[UUID]) -> list[float]:
    """Return by how many milliseconds the SMSC had the whole text later than Kafka its event."""
    need_of = {str(row["id"]): row["need_id"] for row in await made.world.rows("SELECT id, need_id FROM message")}
    at = {need_of[sms["id"]]: datetime.fromisoformat(sms["received_at"]) for sms in came}
    if len(came) != len(at):
        raise RuntimeError(f"{len(came) - len(at)} texts came twice")
    return [max(0.0, (at[need] - there[need]).total_seconds() * 1000) for need in needs]


async def _drained(made: Made, mails: int) -> list[Figure]:
    """Have so many mails wait; return at what rate they are sent."""
    needs = await made.world.queue(mails)
    made.peers.contact_of = {str(need): MAIL | {"email": f"one{number}@example.org"} for number, need in enumerate(needs)}
    async with made.notify("clock") as process:
        before = cpu([process, *postgres_processes()])
        came = await made.until_came("mail", mails, 600)
        await asyncio.sleep(1)
        spent = cpu([process, *postgres_processes()]) - before
    first, last = (datetime.fromisoformat(came[place]["received_at"]) for place in (0, -1))
    note = f"{mails:,} that wait when the process starts; the sink writes each to disk before it answers"
    return [
        Figure("e-mails drained", round((len(came) - 1) / (last - first).total_seconds(), 1), "/s", note=note, at_least=100),
        Figure("e-mail, CPU of process and PostgreSQL", round(1000 * spent / mails, 2), "ms"),
    ]


async def _accepted(made: Made, number: int) -> list[Figure]:
    """Have staff send messages by hand, so many clients at a time."""
    [row] = await made.world.rows("SELECT need_id FROM need WHERE known LIMIT 1")
    key = made.settings.master_key.get_secret_value()
    found = []
    async with api("notify", made.settings.database_url, key) as served, aiohttp.ClientSession(served.address) as session:
        await _send_all(session, served, row["need_id"], number // 5, 8)
        for clients in CLIENTS:
            before, begun = cpu([*served.processes, *postgres_processes()]), time.monotonic()
            await _send_all(session, served, row["need_id"], number, clients)
            took, spent = time.monotonic() - begun, cpu([*served.processes, *postgres_processes()]) - before
            found += [
                Figure(f"message accepted, {clients} clients", round(number / took), "/s", None, GOVUK, at_least=3 * 44),
                Figure(f"message accepted, {clients} clients, CPU with database", round(1000 * spent / number, 2), "ms", 4, GOVUK),
            ]
    return found


async def _send_all(session: aiohttp.ClientSession, served: Api, need_id: UUID, number: int, clients: int) -> None:
    headers, numbers = _headers(served.mint), iter(range(number))
    body = {"need_id": str(need_id), "template": "call-us"}

    async def client() -> None:
        for _ in numbers:
            async with session.post("/v1/messages", json=body, headers=headers | {"Idempotency-Key": str(uuid4())}) as answer:
                if answer.status != 202:
                    raise RuntimeError(await answer.text())
                await answer.read()

    await asyncio.gather(*(client() for _ in range(clients)))


def _headers(mint: Mint) -> dict[str, str]:
    return mint.headers("notify", ("notify:send",), org=str(OPERATOR), org_kind="operator", operator=str(OPERATOR))
