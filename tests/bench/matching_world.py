"""A directory of its own for the benches of matching: durable PostgreSQL, filled, and the service's HTTP side in a process of its own."""

import asyncio
import json
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from ihala_directory.needs import entries
from ihala_directory.places import places
from ihala_kit.testing import Mint
from ihala_kit.vault import new_master_key
from ihala_local import probes
from ihala_local.ports import any_free
from ihala_local.postgres import DURABLE, Cluster, programs_for, unprivileged, usable
from ihala_local.provision.databases import Server as PostgresServer
from ihala_local.provision.databases import Wanted, provision
from ihala_local.testing import migrated

from tests.bench.api_process import api

OPERATOR = UUID("0198f000-0000-7000-8000-0000000000aa")
HOT_NEED, HOT_DISTRICT, HOT = "housing.hlp", "IQG15Q08", 2000
AT = datetime.now(UTC)


@dataclass
class World:
    """A running directory: how to call it, and what is in it."""

    address: str
    mint: Mint
    url: str
    cells: list[tuple[str, str, str | None]]  # need, governorate, district of each service at a location
    ats: list[UUID]

    def headers(self) -> dict[str, str]:
        """The headers of an officer of the operator."""
        scopes = ("directory:read", "directory:reserve")
        return self.mint.headers(
            "directory", scopes, client_id="bench", org=str(OPERATOR), org_kind="operator", operator=str(OPERATOR), roles=["officer"]
        )


@asynccontextmanager
async def world(size: int) -> AsyncIterator[World]:
    """Give a directory with so many services at locations."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        run_as, data = unprivileged(), Path(folder) / "postgres"
        cluster = Cluster(data, usable(programs_for(data), run_as), run_as, any_free(), "only-for-the-bench", DURABLE)
        await cluster.prepare(lambda _: None, Path(folder) / "log")
        process = await cluster.command().start(Path(folder) / "log")
        try:
            while not await probes.postgres(cluster.url):
                await asyncio.sleep(0.05)
            async with _filled(PostgresServer(cluster.url), size) as found:
                yield found
        finally:
            process.send_signal(cluster.command().death_signal)
            await process.wait()


@asynccontextmanager
async def _filled(server: PostgresServer, size: int) -> AsyncIterator[World]:
    wanted = Wanted("directory", "bench", "bench")
    await provision(server, [wanted])
    await migrated("directory")(server.url_for(wanted.database, wanted.owner, "bench"), wanted.app)
    connection = await asyncpg.connect(server.url.rsplit("/", 1)[0] + f"/{wanted.database}")
    await connection.set_type_codec("jsonb", encoder=_jsonb, decoder=bytes, schema="pg_catalog", format="binary")
    rows, cells = _entries(size)
    for table, records in rows.items():
        await connection.copy_records_to_table(table, records=[tuple(one.values()) for one in records], columns=list(records[0]))
    for table in rows:
        await connection.execute(f"VACUUM ANALYZE {table}")
    await connection.execute("CHECKPOINT")
    await connection.close()
    url = server.url_for(wanted.database, wanted.app, "bench")
    async with api("directory", url, new_master_key()) as served:
        yield World(served.address, served.mint, url, cells, [one["id"] for one in rows["service_at_location"]])


def _jsonb(value: Any) -> bytes:
    return b"\x01" + json.dumps(value).encode()


def _entries(size: int) -> tuple[dict[str, list[dict[str, Any]]], list[tuple[str, str, str | None]]]:
    """Return rows by table: an organisation has ten places, a service two, one need in three is met in a whole governorate; and one
    district has two thousand for one need."""
    dice = random.Random(20260301)
    needs = [code for code, one in entries().items() if one.kind == "need" and one.sensitivity == "standard"]
    areas = [place for place in places()._by_code.values() if place.level == "district"]
    made: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("organization", "service", "location", "service_at_location", "service_reach")
    }
    cells = []
    for number in range(size):
        if number % 10 == 0:
            made["organization"].append(_organization(number))
        owner = made["organization"][-1]["id"]
        hot = number < HOT
        if number % 2 == 0:
            made["service"].append(_service(dice, owner, HOT_NEED if hot else dice.choice(needs), number))
        service = made["service"][-1]
        district = places().area(HOT_DISTRICT) if hot else dice.choice(areas)
        assert district is not None
        area = district.code if hot or dice.random() < 0.67 else district.governorate
        where = _location(dice, owner, district)
        made["location"].append(where)
        at = _at(dice, owner, service["id"], where["id"], area)
        made["service_at_location"].append(at)
        need = service["need_codes"][0]
        made["service_reach"].append({"need_code": need, "area_code": area, "service_at_location_id": at["id"]})
        cells.append((need, district.governorate, district.code))
    return made, cells


def _organization(number: int) -> dict[str, Any]:
    return {
        "id": uuid4(), "operator_id": OPERATOR, "kind": "nngo", "names": {"ar": f"منظمة {number}", "en": f"Organisation {number}"},
        "cleared": False, "hidden": False, "agreement_version": "1", "agreement_until": (AT + timedelta(days=300)).date(),
        "reporting_duty": {}, "status": "suspended" if number % 400 == 0 else "active",
        "suspended_for": "conduct" if number % 400 == 0 else None, "suspended_at": AT if number % 400 == 0 else None, "joined_at": AT,
        "changed_at": AT, "version": 1,
    }  # fmt: skip


def _service(dice: random.Random, owner: UUID, need: str, number: int) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    if dice.random() < 0.2:
        rules |= {"age_min": dice.choice([12, 16, 18]), "age_max": dice.choice([25, 40, 60])}
    if dice.random() < 0.1:
        rules["sex"] = ["female"]
    if dice.random() < 0.3:
        rules["statuses"] = ["group.idp", "group.returnee_abroad"]
    schedule = {"days": ["SU", "MO", "TU", "WE", "TH"], "opens_at": "08:00", "closes_at": "14:00"}
    return {
        "id": uuid4(), "organization_id": owner, "operator_id": OPERATOR, "need_codes": [need], "restricted": False, "hidden": False,
        "names": {"ar": f"خدمة {number}", "ckb": f"خزمەتگوزاری {number}", "en": f"Service {number}"}, "entry_condition": "none",
        "rules": rules, "allows_waitlist": True, "languages": dice.choice([["ar"], ["ar", "ckb"], ["ckb"], ["ar", "kmr"], []]),
        "opening_hours": {}, "documents_to_bring": {}, "schedules": [schedule] if dice.random() < 0.6 else [],
        "wait_days": dice.choice([None, 1, 3, 7, 14, 30]), "woman_counsellor": dice.random() < 0.3, "status": "active", "changed_at": AT,
        "version": 1,
    }  # fmt: skip


def _location(dice: random.Random, owner: UUID, district: Any) -> dict[str, Any]:
    return {
        "id": uuid4(), "organization_id": owner, "operator_id": OPERATOR, "place": district.code,
        "latitude": district.latitude + dice.uniform(-0.3, 0.3), "longitude": district.longitude + dice.uniform(-0.3, 0.3),
        "names": {"en": "An office"}, "address": {"en": "A street"}, "accessibility": ["step_free"] if dice.random() < 0.4 else [],
        "hidden": False, "changed_at": AT,
    }  # fmt: skip


def _at(dice: random.Random, owner: UUID, service: UUID, location: UUID, area: str) -> dict[str, Any]:
    answers = dice.choice([0.0, 2.0, 9.0, 30.0])
    return {
        "id": uuid4(), "service_id": service, "location_id": location, "organization_id": owner, "operator_id": OPERATOR, "areas": [area],
        "hidden": False, "status": "open", "capacity_kind": "slot", "figure": 0 if dice.random() < 0.15 else dice.randint(1, 60),
        "figure_at": AT - timedelta(days=dice.choice([0, 3, 10, 25, 45])), "confirmed": True, "held": 0, "used": 0, "answers": answers,
        "answers_in_time": answers * dice.random(), "answers_at": AT if answers else None, "changed_at": AT, "version": 1,
    }  # fmt: skip
