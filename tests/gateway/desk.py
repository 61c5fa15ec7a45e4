"""Administrators at the gateway's own API: of an organisation, and of its operator."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey

from tests.gateway.house import ASSERTION_TYPE, OPERATOR, House

CLIENTS = "/gateway/v1/clients"
REQUESTS = "/gateway/v1/client-requests"
OURS = "01940000-0000-7000-8000-00000000001a"


@dataclass
class Desk:
    """One administrator who calls."""

    home: House
    headers: dict[str, str]

    async def call(
        self, method: str, path: str, body: Any = None, *, version: int | None = None, key: str | None = None
    ) -> tuple[int, Any]:
        """Return status and body; `version` is sent as If-Match."""
        more = {"Idempotency-Key": key or uuid4().hex} | ({} if version is None else {"If-Match": f'"{version}"'})
        async with self.home.session.request(method, path, json=body, headers=self.headers | more) as answer:
            return answer.status, await answer.json(content_type=None)

    async def did(self, method: str, path: str, body: Any = None, *, version: int | None = None) -> Any:
        """Return the body of an answer that must be good."""
        status, found = await self.call(method, path, body, version=version)
        assert status in (200, 201), found
        return found

    async def refused(self, method: str, path: str, body: Any = None, *, version: int | None = None) -> tuple[int, str]:
        """Return status and slug of a refusal."""
        status, found = await self.call(method, path, body, version=version)
        return status, str(found["type"]).rpartition(":")[2]


async def organization_desk(home: House, organization_id: str = OURS, client_id: str = "their-administrator", **more: Any) -> Desk:
    """Return an organisation's administrator."""
    facts = {"roles": ["organization-administrator"], "scopes": ["gateway:clients"], "organization_id": organization_id} | more
    await home.register(client_id, organization="Ours", organization_kind="provider", **facts)
    return Desk(home, await home.signed_in(client_id))


async def operator_desk(home: House, client_id: str = "operator-administrator", organization_id: str = str(OPERATOR)) -> Desk:
    """Return an operator's administrator, who decides."""
    await home.register(
        client_id, organization_id=organization_id, organization="Operator", organization_kind="operator", operator_id=organization_id,
        roles=["operator-administrator"], scopes=["gateway:clients", "gateway:approve"],
    )  # fmt: skip
    return Desk(home, await home.signed_in(client_id))


async def token_status(home: House, client_id: str, key: ECKey, **claims: Any) -> int:
    """Return how asking for a token with a key ends."""
    proof = home.assertion(client_id, key, {"kid": key.kid}, **claims)
    return (await home.ask_token(client_assertion_type=ASSERTION_TYPE, client_assertion=proof))[0]
