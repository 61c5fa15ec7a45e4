"""Attacks on other people's accounts: taken over by who may invite, or by who saw a link."""

from typing import Any
from uuid import uuid4

from ihala_gateway.staff import administering, invitations, step_store, store
from ihala_kit.auth import Caller
from pytest import MonkeyPatch

from tests.gateway.attacks.attack import Attack, gone
from tests.gateway.house import OPERATOR, House
from tests.gateway.staff import PASSWORD, account, browser, code, seed_of, who

MINISTRY = {"organization_id": str(OPERATOR), "organization_kind": "operator", "organization": "Ministry"}


async def _becomes_the_operators(house: House) -> bool:
    """Tell whether an organisation's administrator at the operator gets the link of somebody who decides for it."""
    await house.register("clerk", **MINISTRY, roles=["organization-administrator"], scopes=["gateway:accounts"])
    _, hers, _ = await account(house, **MINISTRY, roles=["operator-administrator"])
    headers = await house.signed_in("clerk") | {"Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
    async with house.session.post(f"/gateway/v1/accounts/{hers.account_id}/invitation", headers=headers) as answer:
        return answer.status == 201 and "/invitation/" in (await answer.json())["invitation"]


async def _completes_a_withdrawn_invitation(house: House) -> bool:
    """Tell whether who began with a link gets in after the administrator replaced it."""
    _, row, invitation = await account(house, kind="live", password=None)
    async with browser(house) as thief:
        await thief.open(f"/invitation/{invitation}")
        await thief.send(f"/invitation/{invitation}", password=PASSWORD, again=PASSWORD)
        async with house.database.transaction(Caller.system("test")) as tx:
            hers = await store.locked_account(tx, row.account_id)
            assert hers is not None
            await administering.reset(tx, hers)
        await thief.send("/sign-in/app", code=code(seed_of(thief)))
        return await who(house, thief) is not None


def _steps_stay(monkeypatch: MonkeyPatch, _: House) -> None:
    async def forget(*_: Any) -> None:
        return None

    monkeypatch.setattr(step_store, "forget", forget)
    monkeypatch.setattr(invitations, "_awaits_app", lambda account: account.status == "invited")


ATTACKS = tuple(
    Attack(*each, behind_nginx=False)
    for each in (
        ("an administrator of people becomes the operator's", _becomes_the_operators, gone(administering, "_OPERATORS_TO_GIVE", "")),
        ("a withdrawn invitation is completed", _completes_a_withdrawn_invitation, _steps_stay),
    )
)
