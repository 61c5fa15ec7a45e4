"""Pages of worklists and moves over HTTP, with 20,000 and with 2,000,000 referrals stored: does it stay as fast as they grow?"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import aiohttp
import asyncpg
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_kit.vault import new_master_key
from ihala_local.testing import migrated, throw_away_postgres
from ihala_referral.settings import Settings
from pydantic import SecretStr

from tests.bench.api_process import Api, api
from tests.bench.results import Figure, percentile
from tests.bench.worklists_world import OFFICERS, RECEIVERS, fill, operator, receiver

SIZES = (20_000, 2_000_000)
GROWS_AT_MOST = 1.3
PAGES, RATE, MOVES, WARM_UP = 150, 50, 300, 80  # of 20,000 some 400 wait for an answer
PAGE_MS, MOVE_MS = 30, 40
PROCESSES = 2
LISTS = ("mine", "all", "unassigned", "due", "overdue")
_MASTER_KEY = new_master_key()


@dataclass
class Run:
    """Milliseconds of one size: by list, of the counts, of the lists by role, and of the moves."""

    pages: dict[str, list[float]] = field(default_factory=dict)
    moves: list[float] = field(default_factory=list)
    refused: int = 0


async def measure(sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """Return the figures of each size, and how much the largest takes longer than the smallest."""
    runs = {size: await _run(size) for size in sizes}
    found = [figure for size, run in runs.items() for figure in _figures(size, run, is_target=size == sizes[-1])]
    small, large = runs[sizes[0]], runs[sizes[-1]]
    grown = {"worklist pages": (_all(small), _all(large)), "moves": (small.moves, large.moves)}
    return found + [
        Figure(
            f"{what} p50, {sizes[-1]:,} against {sizes[0]:,}",
            round(percentile(after, 50) / percentile(before, 50), 2),
            "times",
            GROWS_AT_MOST,
        )
        for what, (before, after) in grown.items()
    ]


def _all(run: Run) -> list[float]:
    return [one for name, took in run.pages.items() if name in LISTS for one in took]


def _figures(size: int, run: Run, *, is_target: bool) -> list[Figure]:
    at = f"at {size:,} referrals"
    found = [
        Figure(f"worklist {name} p{share} {at}", round(percentile(took, share), 2), "ms", PAGE_MS if is_target and share == 99 else None)
        for name, took in run.pages.items()
        for share in (50, 99)
    ]
    return found + [
        Figure(f"acknowledgement p{share} {at}, {RATE}/s", round(percentile(run.moves, share), 2), "ms",
               MOVE_MS if is_target and share == 99 else None, note=f"{PROCESSES} processes of the API; {run.refused} not done")
        for share in (50, 99)
    ]  # fmt: skip


async def _run(size: int) -> Run:
    async with throw_away_postgres() as postgres, postgres.scratch("referral", migrated("referral")) as scratch:
        settings = Settings(database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=SecretStr(_MASTER_KEY))
        database = Database(settings)
        await fill(database, scratch.owner_url, size)
        await database.engine.dispose()
        offered = await _offered(scratch.owner_url)
        async with api("referral", scratch.url, _MASTER_KEY, PROCESSES) as served:
            return await _ask(served, offered)


async def _offered(owner_url: str) -> list[tuple[UUID, UUID]]:
    """Return referrals that wait for an answer, each with its receiver."""
    owner = await asyncpg.connect(owner_url)
    await owner.execute("SET app.system = 'bench'")
    query = "SELECT id, organization_id FROM referral WHERE state = 'offered' AND NOT restricted ORDER BY md5(id::text) LIMIT $1"
    rows = await owner.fetch(query, MOVES + WARM_UP)
    await owner.close()
    return [(row["id"], row["organization_id"]) for row in rows]


async def _ask(served: Api, offered: list[tuple[UUID, UUID]]) -> Run:
    dice, run = random.Random(7), Run()
    async with aiohttp.ClientSession(served.address) as http:
        for name, ask in _requests(served.mint, dice).items():
            for _ in range(10):
                await _get(http, *ask())
            run.pages[name] = [await _get(http, *ask()) for _ in range(PAGES)]
        moved = await _moves(http, served.mint, offered)
        run.moves, run.refused = [took for took, _ in moved], sum(not done for _, done in moved)
    return run


def _requests(mint: Mint, dice: random.Random) -> dict[str, Callable[[], tuple[str, dict[str, str]]]]:
    """Return what is asked, by name: each worklist by receivers, origins and offices alike, half of it by the hot ones."""

    def someone() -> tuple[str, dict[str, str]]:
        role = dice.choice(["receiver", "receiver", "origin", "office"])
        hot = dice.random() < 0.5
        who = (
            operator(0 if hot else dice.randrange(4))
            if role == "office"
            else receiver(int(role == "origin") if hot else dice.randrange(RECEIVERS))
        )
        return role, _headers(mint, who, "operator" if role == "office" else "nngo", f"officer-{dice.randrange(OFFICERS)}")

    def of_list(name: str, more: str = "") -> Callable[[], tuple[str, dict[str, str]]]:
        def ask() -> tuple[str, dict[str, str]]:
            role, headers = someone()
            return f"/v1/worklists/referrals?list={name}&role={role}{more}", headers

        return ask

    def of_role(path: str) -> Callable[[], tuple[str, dict[str, str]]]:
        def ask() -> tuple[str, dict[str, str]]:
            role, headers = someone()
            return path.format(role=role), headers

        return ask

    def of_office(path: str) -> Callable[[], tuple[str, dict[str, str]]]:
        return lambda: (path, _headers(mint, operator(0), "operator", "officer-1"))

    return {name: of_list(name) for name in LISTS} | {
        "of one state": of_list("all", "&state=info_requested"),
        "with a rare filter": of_list("all", "&urgency=emergency&state=on_hold&state=waitlisted"),
        "counts": of_role("/v1/worklists/referrals/counts?role={role}"),
        "placements in triage": of_office("/v1/worklists/placements?state=triage"),
        "placements by instant": of_office("/v1/worklists/placements"),
        "referrals of two states": of_role("/v1/referrals?role={role}&state=offered&state=info_requested"),
        "referrals": of_role("/v1/referrals?role={role}"),
    }


async def _get(http: aiohttp.ClientSession, path: str, headers: dict[str, str]) -> float:
    begin = time.perf_counter()
    async with http.get(path, headers=headers) as answer:
        await answer.read()
        assert answer.status == 200, await answer.text()
    return (time.perf_counter() - begin) * 1000


async def _moves(http: aiohttp.ClientSession, mint: Mint, offered: list[tuple[UUID, UUID]]) -> list[tuple[float, bool]]:
    """Acknowledge the referrals at the rate; return of each the milliseconds since it was to begin, and whether it was done."""
    begin = time.perf_counter() + 0.1

    async def acknowledge(number: int) -> tuple[float, bool]:
        planned = begin + number / RATE
        await asyncio.sleep(planned - time.perf_counter())
        referral_id, who = offered[number]
        sent = {**_headers(mint, who, "nngo", "officer-1"), "If-Match": '"1"', "Idempotency-Key": uuid4().hex}
        async with http.post(f"/v1/referrals/{referral_id}/acknowledgement", json={}, headers=sent) as answer:
            await answer.read()
        return (time.perf_counter() - planned) * 1000, answer.status == 200

    moves: list[Awaitable[tuple[float, bool]]] = [acknowledge(number) for number in range(len(offered))]
    return (await asyncio.gather(*moves))[WARM_UP:]


_TOKENS: dict[tuple[str, str, str], tuple[float, dict[str, str]]] = {}


def _headers(mint: Mint, who: UUID, kind: str, officer: str) -> dict[str, str]:
    """Return a token, kept for some seconds as the gateway keeps it."""
    key = (str(who), kind, officer)
    known = _TOKENS.get(key)
    if known is None or known[0] < time.monotonic():
        scopes = ["referral:read", "referral:answer", "referral:refer", "referral:coordinate"]
        made = mint.headers("referral", scopes, org=str(who), org_kind=kind, roles=["coordinator"], cleared=True, acting_officer=officer)
        known = _TOKENS[key] = (time.monotonic() + 30, made)
    return known[1]
