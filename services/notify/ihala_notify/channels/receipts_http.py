"""Where aggregators say what became of a message: a port of its own, for they have no OAuth client and go by no gateway.

POST /receipts/{route}/{sent|delivered|failed} with `id` as form, JSON or query, as RapidPro's external channels call back; the route's
secret as a bearer. Put TLS in front. Who does not know the secret learns nothing, not even which routes there are.
"""

import hmac
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from ihala_notify.receipts import Receipts
from ihala_notify.states import Told

LARGEST_BODY = 16 * 1024
_ID = re.compile(r"[!-~]{1,100}")
_TOLD: Mapping[str, Told | None] = {"sent": None, "delivered": "delivered", "failed": "permanent", "expired": "temporary"}


def application(receipts: Receipts, secrets: Mapping[str, str]) -> web.Application:
    """Return the application; `secrets` by the name of the route."""

    async def post(request: web.Request) -> web.Response:
        route = request.match_info["route"]
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        if not hmac.compare_digest(shown, secrets.get(route, "").encode()) or not shown:
            return web.Response(status=401)
        told = request.match_info["told"]
        message_id = await _id_of(request)
        if told not in _TOLD or message_id is None:
            return web.Response(status=400)
        meaning = _TOLD[told]
        if meaning is not None:
            await receipts.told(route, message_id, meaning, told)
        return web.Response(status=204)

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_post("/receipts/{route}/{told}", post)
    return app


@asynccontextmanager
async def listening(receipts: Receipts, secrets: Mapping[str, str], host: str, port: int) -> AsyncIterator[str]:
    """Serve it; give its address. Port 0 takes a free one."""
    runner = web.AppRunner(application(receipts, secrets), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _id_of(request: web.Request) -> str | None:
    """Return the id, None when there is none of use."""
    found: Any = request.query.get("id")
    if found is None and request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            return None
        found = body.get("id") if isinstance(body, dict) else None
    elif found is None:
        found = (await request.post()).get("id")
    return found if isinstance(found, str) and _ID.fullmatch(found) else None
