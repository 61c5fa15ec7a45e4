"""Every attack of the list: refused in both seats, and let through by a gateway without the one check that stands against it."""

import pytest

from tests.gateway.attacks import (
    on_accounts,
    on_administration,
    on_clients,
    on_grants,
    on_proofs,
    on_refresh,
    on_requests,
    on_sign_in,
    on_the_log,
    on_tokens,
)
from tests.gateway.attacks.attack import Attack
from tests.gateway.attacks.seats import SEATS
from tests.gateway.house import House

ROOMS = (on_administration, on_tokens, on_requests, on_clients, on_proofs, on_grants, on_refresh, on_sign_in, on_accounts, on_the_log)
ATTACKS = [attack for room in ROOMS for attack in room.ATTACKS]


TRIED = [(seat, attack) for attack in ATTACKS for seat in SEATS if seat == "built-in" or attack.behind_nginx]


@pytest.mark.parametrize(("seat", "attack"), TRIED, indirect=["seat"], ids=lambda each: each.name if isinstance(each, Attack) else each)
async def test_it_does_not_get_through(seen: House, attack: Attack) -> None:
    assert not await attack.gets_through(seen)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_it_gets_through_without_the_check(home: House, monkeypatch: pytest.MonkeyPatch, attack: Attack) -> None:
    attack.weaken(monkeypatch, home)
    assert await attack.gets_through(home)


def test_no_attack_has_two_entries() -> None:
    names = [attack.name for attack in ATTACKS]
    assert sorted(set(names)) == sorted(names)
