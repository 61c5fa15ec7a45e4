"""What a token costs: client_credentials with private_key_jwt, and the same bound to a key (DPoP). CPU of the gateway's process."""

import asyncio
import statistics

import aiohttp
import psutil
from joserfc.jwk import ECKey

from tests.bench.gateway_world import OTHER_CORE, World, cpu_seconds, missing, on_core, world
from tests.bench.results import Figure
from tests.gateway.house import ASSERTION_TYPE
from tests.gateway.party import TOKEN, Party

ROUNDS, EACH, AT_ONCE = 5, 800, 8
PEER = "node oidc-provider 9.8: 0.78, with DPoP 1.48; Keycloak 26.4 with a plain secret 2.6 to 3.7"


async def measure() -> list[Figure]:
    """Ask for tokens in turn with and without a proof; return the CPU of one."""
    if (why := missing()) is not None:
        return [why]
    async with world() as found, found.gateway() as gateway, aiohttp.ClientSession(gateway.address) as session:
        process = psutil.Process(gateway.process.pid)
        spent: dict[bool, list[float]] = {False: [], True: []}
        await _asked(found, session, process, EACH // 4, bound=True)
        for _ in range(ROUNDS):
            for bound in (False, True):
                spent[bound].append(await _asked(found, session, process, EACH, bound))
    plain, bound_ = (statistics.median(spent[each]) for each in (False, True))
    return [
        Figure("token, CPU with private_key_jwt", round(plain, 2), "ms", 0.8, PEER, f"rounds: {_spread(spent[False])}"),
        Figure("token, CPU with private_key_jwt and DPoP", round(bound_, 2), "ms", 1.0, PEER, f"rounds: {_spread(spent[True])}"),
    ]


async def _asked(found: World, session: aiohttp.ClientSession, process: psutil.Process, tokens: int, bound: bool) -> float:
    """Return the CPU milliseconds of one token. What shows who asks is made before: only the server is measured."""
    forms = [_form(found) for _ in range(tokens)]
    headers = await _proofs(found, session, tokens) if bound else [{}] * tokens
    waiting = iter(list(zip(forms, headers, strict=True)))

    async def ask() -> None:
        for form, header in waiting:
            async with session.post(TOKEN, data=form, headers=header) as answer:
                if answer.status != 200:
                    raise RuntimeError(f"{answer.status}: {await answer.text()}")
                await answer.read()

    before = cpu_seconds([process])
    with on_core(OTHER_CORE):
        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return 1000 * (cpu_seconds([process]) - before) / tokens


async def _proofs(found: World, session: aiohttp.ClientSession, number: int) -> list[dict[str, str]]:
    """Return so many proofs with the nonce of this moment."""
    party = Party(found.home, key=ECKey.generate_key("P-256"))
    # The address that a proof names is the issuer's, wherever the process listens.
    address = found.home.settings.issuer + TOKEN
    async with session.post(TOKEN, data=_form(found), headers={"DPoP": party.proof("POST", TOKEN, htu=address)}) as answer:
        party.nonce = answer.headers["DPoP-Nonce"]
    return [{"DPoP": party.proof("POST", TOKEN, htu=address)} for _ in range(number)]


def _form(found: World) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": found.home.assertion()}


def _spread(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
