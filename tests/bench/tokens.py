"""What a token costs: client_credentials with private_key_jwt, and the same bound to a key (DPoP). CPU of the process that issues it.

Ours and node's oidc-provider are asked by turns, each round of a process that was just started, as where the targets were set: so what
they cost can be compared on whatever machine this is.
"""

import asyncio
import statistics
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import psutil
from joserfc.jwk import ECKey

from tests.bench import token_peer
from tests.bench.gateway_world import OTHER_CORE, World, cpu_seconds, missing, on_core, world
from tests.bench.results import Figure
from tests.gateway.house import ASSERTION_TYPE
from tests.gateway.party import TOKEN, Party

ROUNDS, EACH, AT_ONCE = 3, 4000, 8
TARGETS = {False: 0.8, True: 1.0}  # milliseconds
# What the same peer took, on the machine where the targets were set: a target is so much of what the peer takes.
PEER_THEN = {False: 0.78, True: 1.48}
NAMES = {False: "token, CPU with private_key_jwt", True: "token, CPU with private_key_jwt and DPoP"}
PEER = "node oidc-provider 9.8: 0.78, with DPoP 1.48; Keycloak 26.4 with a plain secret 2.6 to 3.7"


@dataclass
class Server:
    """A process that issues tokens, listening at `address`; `headers` are what it wants with each request."""

    address: str
    process: psutil.Process
    headers: dict[str, str] = field(default_factory=dict)


Start = Callable[[World], AbstractAsyncContextManager[Server]]


@asynccontextmanager
async def _ours(found: World) -> AsyncIterator[Server]:
    async with found.gateway() as gateway:
        yield Server(gateway.address, psutil.Process(gateway.process.pid))


@asynccontextmanager
async def _peer(found: World) -> AsyncIterator[Server]:
    async with token_peer.oidc_provider(found.home) as (address, process, headers):
        yield Server(address, process, headers)


async def measure() -> list[Figure]:
    """Ask for tokens in turn with and without a proof; return the CPU of one."""
    if (why := missing()) is not None:
        return [why]
    starts = [_ours, _peer] if await token_peer.fetched() else [_ours]
    async with world() as found:
        return [figure for bound in (False, True) for figure in await _measured(found, starts, bound)]


async def _measured(found: World, starts: Sequence[Start], bound: bool) -> list[Figure]:
    spent: list[list[float]] = [[] for _ in starts]
    for _ in range(ROUNDS):
        for start, cost in zip(starts, spent, strict=True):
            async with start(found) as server:
                cost.append(await _ask(found, server, EACH, bound))
    took = [statistics.median(cost) for cost in spent]
    figures = [Figure(NAMES[bound], round(took[0], 2), "ms", TARGETS[bound], PEER, f"rounds: {_spread(spent[0])}")]
    if len(took) > 1:
        most = round(TARGETS[bound] / PEER_THEN[bound], 2)
        name = f"{NAMES[bound]}, of node oidc-provider's by turns"
        figures.append(Figure(name, round(took[0] / took[1], 2), "times", most, PEER, f"the peer's rounds: {_spread(spent[1])} ms"))
    return figures


async def _ask(found: World, server: Server, tokens: int, bound: bool) -> float:
    """Return the CPU milliseconds of one token. What shows who asks is made before: only the server is measured."""
    async with aiohttp.ClientSession(server.address, headers=server.headers) as session:
        forms = [_form(found) for _ in range(tokens)]
        proofs = await _proofs(found, session, tokens) if bound else [{}] * tokens
        waiting = iter(list(zip(forms, proofs, strict=True)))

        async def ask() -> None:
            for form, proof in waiting:
                async with session.post(TOKEN, data=form, headers=proof) as answer:
                    if answer.status != 200:
                        raise RuntimeError(f"{answer.status}: {await answer.text()}")
                    await answer.read()

        before = cpu_seconds([server.process])
        with on_core(OTHER_CORE):
            await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
        return 1000 * (cpu_seconds([server.process]) - before) / tokens


async def _proofs(found: World, session: aiohttp.ClientSession, number: int) -> list[dict[str, str]]:
    """Return so many proofs, with the nonce of this moment where the server wants one."""
    party = Party(found.home, key=ECKey.generate_key("P-256"))
    # The address that a proof names is the issuer's, wherever the process listens.
    address = found.home.settings.issuer + TOKEN
    first = {"DPoP": party.proof("POST", TOKEN, htu=address)}
    async with session.post(TOKEN, data=_form(found), headers=first) as answer:
        party.nonce = answer.headers.get("DPoP-Nonce")
    return [{"DPoP": party.proof("POST", TOKEN, htu=address)} for _ in range(number)]


def _form(found: World) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": found.home.assertion()}


def _spread(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
