"""What an operator's administrators do to clients, and what not: they decide and suspend, two of them for their own."""

from ihala_gateway.clients import rights
from ihala_kit.auth import Caller
from ihala_kit.two_people import Hand
from joserfc.jwk import ECKey

from tests.gateway.desk import CLIENTS, OURS, REQUESTS, Desk, operator_desk
from tests.gateway.house import KEY, OPERATOR, House

NEW = {"name": "Case system", "kind": "sandbox", "scopes": ["referral:read"], "jwks": {"keys": [KEY.as_dict(private=False)]}}


async def test_an_operator_decides_and_suspends_but_never_becomes_its_partners_system(home: House, ours: Desk, operator: Desk) -> None:
    made = await ours.did("POST", CLIENTS, {"name": "Trial", "kind": "sandbox", "scopes": ["referral:read"], "with_secret": True})
    await home.register("partners", organization_id=OURS)
    [asked] = (await ours.did("GET", f"{CLIENTS}/{made['client_id']}/requests"))["items"]
    await operator.did("POST", f"{REQUESTS}/{asked['id']}/approval", {})
    path, hers = f"{CLIENTS}/partners", ECKey.generate_key("P-256", {"kid": "hers"}).as_dict(private=False)
    assert await operator.refused("POST", path + "/keys", {"jwk": hers}) == (403, "role-needed")
    assert await operator.refused("DELETE", path + "/keys/c1", version=1) == (403, "role-needed")
    assert await operator.refused("POST", path + "/requests", {"scopes": ["referral:read"]}, version=1) == (403, "role-needed")
    assert await operator.refused("POST", f"{CLIENTS}/{made['client_id']}/secret", version=2) == (403, "role-needed")
    assert (await operator.did("PUT", path + "/suspension", version=1))["status"] == "suspended"


async def test_what_an_approval_does_not_name_stays_as_it_is(operator: Desk, home: House) -> None:
    second = await operator_desk(home, "second-administrator")
    made = await operator.did("POST", CLIENTS, NEW)
    path, given = f"{CLIENTS}/{made['client_id']}", {"roles": ["coordinator"], "first_party": True, "cleared": True}
    for body, expected in ((given, given), ({}, given), ({"cleared": False, "roles": []}, given | {"cleared": False, "roles": []})):
        [asked, *_] = (await operator.did("GET", path + "/requests"))["items"]
        await second.did("POST", f"{REQUESTS}/{asked['id']}/approval", body)
        shown = await operator.did("GET", path)
        assert {name: shown[name] for name in given} == expected
        await operator.did("POST", path + "/requests", {"scopes": ["referral:read"]}, version=shown["version"])


async def test_a_person_is_one_hand_through_whichever_client_and_a_client_is_one_whoever_it_names() -> None:
    def of(client_id: str, officer: str | None, account: str | None = None) -> Hand:
        return rights.hand(Caller(client_id, OPERATOR, "operator", acting_officer=officer, account_id=account))

    assert not of("a", "one").is_another_than(of("a", "two"))
    assert not of("a", "p", "p").is_another_than(of("b", "p", "p"))
    assert of("a", "p", "p").is_another_than(of("a", "q", "q")) and of("a", "one").is_another_than(of("b", "one"))
