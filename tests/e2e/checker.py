"""Reads all databases and topics and says what is wrong: nothing lost, nothing applied twice, order per key, one owner and a next
instant for every open need, places that balance, disclosures within consent. Shares no code with the kit.

    python -m tests.e2e.checker HOME      # checks a running Ihala
"""

import asyncio
import os
import sys
from pathlib import Path

from ihala_local.place import Place

from tests.e2e import rules, standing
from tests.e2e.ledger import SERVICES, read_ledger


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
    """Check until nothing is on its way any more; return what is still wrong then."""
    faults: list[str] = []
    for _ in range(int(within_seconds / 2)):
        faults = await check(place)
        if not any(fault.startswith("lost") for fault in faults):
            return faults
        await asyncio.sleep(2)
    return faults


if __name__ == "__main__":
    import os

    os.environ.setdefault("IHALA_HOME", str(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else ".local")
    found_faults = asyncio.run(check(Place.from_environment(os.environ)))
    print("\n".join(found_faults) or "nothing is wrong")
    sys.exit(bool(found_faults))
