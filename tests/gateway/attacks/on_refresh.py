"""Attacks on refresh tokens, and by what a client got before it lost a right."""

from typing import Any

from ihala_gateway.oauth import endings, grants
from ihala_gateway.oauth.families import Family
from ihala_gateway.oauth.grants import ByRefreshToken
from joserfc.jwk import ECKey
from pytest import MonkeyPatch

from tests.gateway.attacks.attack import Attack, Try, Weaken, gone
from tests.gateway.attacks.on_grants import any_client, at_desk, used_again
from tests.gateway.house import OPERATOR, House
from tests.gateway.party import BACK, Party, answered, code


async def _refreshed_twice(house: House) -> bool:
    async with at_desk(house) as (at, party):
        _, body = await party.exchange(await code(party, at))
        assert (await party.refresh(body["refresh_token"]))[0] == 200, "it is good the first time"
        return (await party.refresh(body["refresh_token"]))[0] == 200


async def _kept_after_reuse(house: House) -> bool:
    """Tell whether the thief's newer refresh token outlives the moment in which the older one is shown again."""
    async with at_desk(house) as (at, party):
        _, first = await party.exchange(await code(party, at))
        _, newer = await party.refresh(first["refresh_token"])
        await party.refresh(first["refresh_token"])
        return (await party.refresh(newer["refresh_token"]))[0] == 200


def _families_kept(monkeypatch: MonkeyPatch, _: House) -> None:
    async def end_grant(*_: Any) -> None:
        return None

    monkeypatch.setattr(endings, "end_grant", end_grant)


def _refreshed(client: str = "app", key: bool = False, **more: Any) -> Try:
    """Return the try to refresh as another client, without the key, or with more than was given."""

    async def gets_through(house: House) -> bool:
        async with at_desk(house) as (at, party):
            party.key = ECKey.generate_key("P-256") if key else None
            _, body = await party.exchange(await code(party, at))
            status, found = await Party(house, client).refresh(body["refresh_token"], **more)
            return status == 200 and set(str(more.get("scope", "")).split()) <= set(found["scope"].split())

    return gets_through


def _any_refresh_token(monkeypatch: MonkeyPatch, _: House) -> None:
    monkeypatch.setattr(ByRefreshToken, "authenticate_refresh_token", lambda self, _: self.request.family)


def _scope_may_rise(monkeypatch: MonkeyPatch, _: House) -> None:
    monkeypatch.setattr(Family, "get_scope", lambda self: "openid referral:read directory:read")

    def issue(self: Any, user: Any, family: Any) -> Any:
        return self.generate_token(user=user, scope=self.request.form["scope"], include_refresh_token=True)

    monkeypatch.setattr(ByRefreshToken, "issue_token", issue)


def _first_party_no_more(by_code: bool) -> Try:
    """Return the try to act for a person of another organisation by what was got while the client was the operator's own."""

    async def gets_through(house: House) -> bool:
        await house.register("once-own", redirect_uris=[BACK], organization_id=str(OPERATOR), first_party=True)
        party = Party(house, "once-own")
        async with at_desk(house) as (at, _):
            given = [answered(await at.open(party.address()))["code"] for _ in range(2)]
            _, body = await party.exchange(given[0])
            await house.register("once-own", redirect_uris=[BACK], organization_id=str(OPERATOR), first_party=False)
            bought = party.exchange(given[1]) if by_code else party.refresh(body["refresh_token"])
            return (await bought)[0] == 200

    return gets_through


_its_people: Weaken = gone(grants, "_check_its_people", lambda *_: None)

ATTACKS = tuple(
    Attack(*each, behind_nginx=False)  # nginx hands all of this over
    for each in (
        ("refresh reuse", _refreshed_twice, used_again),
        ("refresh reuse: the family lives on", _kept_after_reuse, _families_kept),
        ("refresh token of another client", _refreshed("thief"), any_client),
        ("refresh token without its key", _refreshed(key=True), _any_refresh_token),
        ("code for another organisation's person, first-party no more", _first_party_no_more(True), _its_people),
        ("refresh for another organisation's person, first-party no more", _first_party_no_more(False), _its_people),
        ("scope rise at refresh", _refreshed(scope="referral:read directory:read"), _scope_may_rise),
    )
)
