"""Two questions of whoever runs a service: does it live, and may it get work."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

TIMEOUT_SECONDS = 2.0
Check = Callable[[], bool | Awaitable[bool]]

log = logging.getLogger(__name__)
router = APIRouter(prefix="/health", include_in_schema=False)


class Health:
    """The things without which a service should get no work."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        """Ask `check` from now on: it returns (or its awaitable does) whether all is well, or raises."""
        self._checks[name] = check

    async def results(self) -> dict[str, str]:
        """Return "ok" or "failed" for each name; a check has 2 seconds."""
        found = await asyncio.gather(*(_result(name, check) for name, check in self._checks.items()))
        return dict(zip(self._checks, found, strict=True))


@router.get("/live")
async def live() -> JSONResponse:
    """Answer as long as this process can answer at all."""
    return JSONResponse({"status": "live"})


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    """Answer 200 when every check is well, else 503, with the result of each."""
    health: Health = request.app.state.health
    results = await health.results()
    well = all(result == "ok" for result in results.values())
    return JSONResponse({"status": "ready" if well else "not-ready", "checks": results}, 200 if well else 503)


async def _result(name: str, check: Check) -> str:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            answer = check()
            well = await answer if inspect.isawaitable(answer) else answer
    except Exception:  # whatever a check raises means that it is not well
        log.warning("health check raised", extra={"check": name}, exc_info=True)
        well = False
    return "ok" if well else "failed"
