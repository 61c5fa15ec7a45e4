"""The whole flow of a live client by oauth4webapi (npm, the library of the certified node client). Skipped where it is not."""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest
from ihala_gateway.staff.tables import StaffSession
from joserfc.jwk import ECKey

from tests.gateway.house import House
from tests.gateway.party import changed
from tests.gateway.staff import account, browser, sent_to

HERE = Path(__file__).parent
LIBRARY = HERE.parents[2] / ".local/interop/node_modules/oauth4webapi/build/index.js"
NODE = shutil.which("node")
BACK = "https://app.example/back"

pytestmark = pytest.mark.skipif(NODE is None or not LIBRARY.exists(), reason="`make interop` fetches oauth4webapi; it needs node")


async def test_a_live_client_signs_a_person_in_and_calls_for_her(seen: House) -> None:
    key = ECKey.generate_key("P-256", {"kid": "node-1"})
    await seen.register("node-app", kind="live", redirect_uris=[BACK], jwks={"keys": [key.as_dict(private=False)]})
    name, row, _ = await account(seen)
    told = {
        "issuer": seen.settings.issuer, "client_id": "node-app", "key": key.as_dict(private=True), "redirect_uri": BACK,
        "scope": "openid referral:read", "resource": f"{seen.address}/referral/v1/referrals",
    }  # fmt: skip
    node = await asyncio.create_subprocess_exec(
        str(NODE), str(HERE / "flow.mjs"), str(LIBRARY), json.dumps(told), stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert node.stdin is not None and node.stdout is not None and node.stderr is not None
    try:
        async with asyncio.timeout(20), browser(seen) as desk:
            where = (await node.stdout.readline()).decode().strip().removeprefix(seen.address)
            assert where.startswith("/oauth/authorize?client_id=node-app&request_uri="), (where, await node.stderr.read())
            await desk.sign_in(name)
            await changed(seen, StaffSession, "account_id", row.account_id, methods=["pwd", "otp", "mfa"])
            await desk.open(where)
            back = sent_to(await desk.send(where, decision="allow"))
            node.stdin.write(f"{back}\n".encode())
            found: dict[str, Any] = json.loads(await node.stdout.readline() or await node.stderr.read())
    finally:
        if node.returncode is None:
            node.kill()
        await node.wait()
    assert found.pop("nonces") >= 1
    assert found == {
        "type": "dpop", "scope": "openid referral:read", "sub": str(row.account_id), "amr": ["pwd", "otp", "mfa"],
        "called": 200, "refreshed": 200, "active": True, "revoked": 401,
    }  # fmt: skip
    assert seen.upstream.seen[-1].internal()[1]["sub"] == str(row.account_id)
