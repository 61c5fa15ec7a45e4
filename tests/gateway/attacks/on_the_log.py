"""Attacks on the access log: rows without end from somebody unknown, and calls in the name of a client that made none."""

from urllib.parse import urlencode
from uuid import uuid4

from ihala_gateway.edge.admission import Admission
from ihala_gateway.limits.policy import DEFAULTS, OWN, Limit, Policy
from ihala_gateway.oauth import authorization
from pytest import MonkeyPatch
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request

from tests.gateway.attacks.attack import PATH, Attack, Try, gone
from tests.gateway.house import House
from tests.gateway.party import BACK, Party

_CALLS, _ALLOWED = 8, 3


async def _rows(house: House, request_id: str) -> list[str | None]:
    """Return the clients that the rows of these requests name."""
    await house.gateway._log.flush()
    async with house.database.engine.connect() as connection:
        asked = text("SELECT client_id FROM access_log WHERE request_id = :request_id")
        return list((await connection.scalars(asked, {"request_id": request_id})).all())


def _flood(path: str, method: str = "GET", **headers: str) -> Try:
    """Return the try to have each of many requests of somebody unknown written down."""

    async def gets_through(house: House) -> bool:
        request_id, leases = uuid4().hex, house.gateway._admission._leases
        usual, leases.policy = leases.policy, Policy({**DEFAULTS, OWN: Limit(address=_ALLOWED)})
        try:
            for _ in range(_CALLS):
                async with house.session.request(method, path, headers={"X-Request-Id": request_id, **headers}) as answer:
                    await answer.read()
        finally:
            leases.policy = usual
        return len(await _rows(house, request_id)) > 2 * _ALLOWED  # a minute may end in between

    return gets_through


async def _in_its_name(house: House) -> bool:
    """Tell whether an address that anybody can write makes a call of a client's."""
    await house.register("named", redirect_uris=[BACK])
    request_id, address = uuid4().hex, "/oauth/authorize?" + urlencode(Party(house, "named").wanted())
    async with house.session.get(address, headers={"X-Request-Id": request_id}, allow_redirects=False) as answer:
        assert answer.status == 303
    return await _rows(house, request_id) == ["named"]


def _taken_for_its_word(monkeypatch: MonkeyPatch, _: House) -> None:
    arrival = authorization.Authorization._arrival

    async def named_at_once(self: authorization.Authorization, tx: AsyncSession, request: Request) -> authorization.Arrival:
        found = await arrival(self, tx, request)
        authorization._came_from(request, found.client)
        return found

    monkeypatch.setattr(authorization.Authorization, "_arrival", named_at_once)


_uncounted = gone(Admission, "admit_own", lambda *_: None)
ATTACKS = (
    Attack("access log filled: no such address", _flood("/private"), _uncounted, behind_nginx=False),
    Attack("access log filled: no token", _flood(PATH.decode()), _uncounted, behind_nginx=False),
    Attack("access log filled: a bad token", _flood(PATH.decode(), Authorization="Bearer x"), _uncounted, behind_nginx=False),
    Attack("access log filled: odd paths of our own", _flood("/oauth/x;y=1"), _uncounted, behind_nginx=False),
    Attack("access log names a client that did not call", _in_its_name, _taken_for_its_word),
)
