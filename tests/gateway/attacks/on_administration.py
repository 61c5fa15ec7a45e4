"""Attacks by whoever administers: to become another's system, to decide alone, to act for another operator's people."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from ihala_gateway.clients import rights
from ihala_gateway.oauth import authorization
from ihala_kit.two_people import Hand
from joserfc.jwk import ECKey
from pytest import MonkeyPatch

from tests.gateway.attacks.attack import Attack, gone
from tests.gateway.attacks.on_grants import at_desk
from tests.gateway.desk import CLIENTS, OURS, REQUESTS, Desk, operator_desk, token_status
from tests.gateway.house import KEY, House
from tests.gateway.party import BACK, OTHER, Party

NEW = {"name": "Ours", "kind": "sandbox", "scopes": ["referral:read"], "jwks": {"keys": [KEY.as_dict(private=False)]}}


async def _becomes_a_partners_system(house: House) -> bool:
    """The operator's administrator adds a key of her own to a partner's client."""
    operator = await operator_desk(house)
    await house.register("partners", organization_id=OURS)
    hers = ECKey.generate_key("P-256", {"kid": uuid4().hex})
    await operator.call("POST", f"{CLIENTS}/partners/keys", {"jwk": hers.as_dict(private=False)})
    return await token_status(house, "partners", hers) == 200


async def _approves_alone(house: House) -> bool:
    """The system that asked approves, and says that another officer sits before it now."""
    headers = (await operator_desk(house)).headers
    asks, decides = (Desk(house, headers | {"Ihala-Acting-Officer": name}) for name in ("one", "two"))
    made = await asks.did("POST", CLIENTS, NEW)
    [asked] = (await asks.did("GET", f"{CLIENTS}/{made['client_id']}/requests"))["items"]
    return (await decides.call("POST", f"{REQUESTS}/{asked['id']}/approval", {}))[0] == 200


async def _of_another_operator(house: House) -> bool:
    """A client that asks nobody, of another operator than hers."""
    async with at_desk(house) as (at, _):
        await house.register("unasked", redirect_uris=[BACK], first_party=True, organization_id=OTHER, organization_kind="operator")
        return "code=" in (await at.open(Party(house, "unasked").address())).headers.get("Location", "")


def _everybodys_operator(monkeypatch: MonkeyPatch, _: House) -> None:
    may = authorization._may

    def lax(arrival: Any, person: Any) -> Any:
        return may(arrival, replace(person, operator_id=arrival.client.row.organization_id))

    monkeypatch.setattr(authorization, "_may", lax)


ATTACKS = tuple(
    Attack(*each, behind_nginx=False)  # nginx hands all of this over
    for each in (
        ("a partner's client by a key of one's own", _becomes_a_partners_system, gone(rights, "owner", lambda *_: None)),
        ("approving alone in the name of two officers", _approves_alone, gone(rights, "hand", Hand.of)),
        ("first-party client of another operator", _of_another_operator, _everybodys_operator),
    )
)
