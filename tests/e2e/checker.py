"""Reads all databases and topics and says what is wrong: nothing lost, nothing applied twice, order per key, one owner and a next
instant for every open need, places that balance, disclosures within consent. Shares no code with the kit.

    python -m tests.e2e.checker HOME      # checks a running Ihala
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from ihala_local.place import Place

from tests.e2e import rules, standing
from tests.e2e.ledger import SERVICES, read_ledger

LOOK_AGAIN_SECONDS = 2


async def check(place: Place) -> list[str]:
    """Return every fault found, as sentences that begin with their kind: lost, twice, order, owner, places, consent."""
    ledger = await asyncio.to_thread(read_ledger, place.kafka_admin.sign_in())
    found = await standing.read_standing(databases(place))
    faults = list(ledger.faults)
    for rule in rules.RULES:
        faults += rule(ledger)
    for comparison in standing.RULES:
        faults += comparison(ledger, found)
    return faults


def databases(place: Place) -> dict[str, str]:
    """Return a superuser's address of each service's database."""
    server = place.server.url.rpartition("/")[0]
    return {name: f"{server}/ihala_{name}" for name in SERVICES}


async def settled(place: Place, within_seconds: float = 120) -> list[str]:
    """Check until nothing is on its way any more, or nothing has moved for so long; return what is still wrong then."""
    return await unmoved(lambda: check(place), within_seconds)


async def unmoved(look: Callable[[], Awaitable[list[str]]], within_seconds: float) -> list[str]:
    """Look until nothing is lost, or what is lost stays the same for so long: a slow machine has all the time that it needs."""
    faults, moved_at = await look(), time.monotonic()
    while any(fault.startswith("lost") for fault in faults) and time.monotonic() < moved_at + within_seconds:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        before, faults = faults, await look()
        if faults != before:
            moved_at = time.monotonic()
    return faults


if __name__ == "__main__":
    import os

    os.environ.setdefault("IHALA_HOME", str(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else ".local")
    found_faults = asyncio.run(check(Place.from_environment(os.environ)))
    print("\n".join(found_faults) or "nothing is wrong")
    sys.exit(bool(found_faults))
