"""A client's keys: several beside each other, so that changing them interrupts nothing, and when each was used last."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ihala_gateway.clients import keys
from ihala_gateway.clients.tables import ClientKey
from ihala_gateway.oauth import client_keys
from ihala_kit.auth import Caller
from joserfc.jwk import ECKey

from tests.gateway.desk import CLIENTS, OURS, Desk, token_status
from tests.gateway.house import KEY, House
from tests.gateway.party import b64

NEW_KEY = ECKey.generate_key("P-256", {"kid": "c2"})
PATH = "/referral/v1/referrals"


async def test_a_second_key_interrupts_nothing_and_the_first_ends_on_its_day(home: House, ours: Desk) -> None:
    await home.register("rotating", organization_id=OURS)
    path, token = f"{CLIENTS}/rotating", await home.token("rotating")
    at = datetime.now(UTC) + timedelta(days=7)
    both = await ours.did("POST", path + "/keys", {"jwk": NEW_KEY.as_dict(private=False), "others_end_at": at.isoformat()})
    assert {key["kid"]: key["ends_at"] is not None for key in both["items"]} == {"c1": True, "c2": False}
    assert [await token_status(home, "rotating", key) for key in (KEY, NEW_KEY)] == [200, 200]
    await _end_old(home, at - timedelta(seconds=1))
    assert await token_status(home, "rotating", KEY) == 200, "still its day"
    await _end_old(home, at)
    assert [await token_status(home, "rotating", key) for key in (KEY, NEW_KEY)] == [401, 200]
    async with home.session.get(PATH, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 200, "what was got with the old key runs out by itself"
    assert [key["kid"] for key in (await ours.did("GET", path + "/keys"))["items"]] == ["c2"]


async def test_the_last_key_stays_whatever_day_was_named(home: House, ours: Desk) -> None:
    await home.register("last", organization_id=OURS)
    at = datetime.now(UTC) + timedelta(days=1)
    await ours.did("POST", f"{CLIENTS}/last/keys", {"jwk": NEW_KEY.as_dict(private=False), "others_end_at": at.isoformat()})
    await ours.did("DELETE", f"{CLIENTS}/last/keys/c2", version=1)
    await _end_old(home, at)
    assert await token_status(home, "last", KEY) == 200
    assert await ours.refused("DELETE", f"{CLIENTS}/last/keys/c1", version=2) == (409, "last-key")


async def test_a_key_that_is_taken_away_ends_every_token_at_once(home: House, ours: Desk) -> None:
    await home.register("stolen", organization_id=OURS)
    token = await home.token("stolen")
    await ours.did("POST", f"{CLIENTS}/stolen/keys", {"jwk": NEW_KEY.as_dict(private=False)})
    assert await ours.refused("DELETE", f"{CLIENTS}/stolen/keys/c9", version=1) == (404, "key-not-found")
    await ours.did("DELETE", f"{CLIENTS}/stolen/keys/c1", version=1)
    await home.gateway._upkeep.read_standing()
    async with home.session.get(PATH, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 401
    assert [await token_status(home, "stolen", key) for key in (KEY, NEW_KEY)] == [401, 200]


@pytest.mark.filterwarnings("ignore:Key size should be")
@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"jwk": KEY.as_dict(private=False)}, "keys-refused"),
        ({"jwk": NEW_KEY.as_dict(private=True)}, "keys-refused"),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, "keys-refused"),
        ({"jwk": NEW_KEY.as_dict(private=False) | {"x5c": ["A" * 70_000]}}, "keys-refused"),
        ({"jwk": NEW_KEY.as_dict(private=False), "others_end_at": "2020-01-01T00:00:00Z"}, "malformed-request"),
        ({"jwk": NEW_KEY.as_dict(private=False), "others_end_at": "2099-01-01T00:00:00Z"}, "malformed-request"),
    ],
    ids=["there already", "private", "symmetric", "large", "a day that is over", "too far ahead"],
)
async def test_keys_and_days_that_cannot_be(home: House, ours: Desk, body: dict[str, Any], slug: str) -> None:
    await home.register("careful", organization_id=OURS)
    status, found = await ours.call("POST", f"{CLIENTS}/careful/keys", body)
    assert (status, found["type"]) == (422, f"urn:ihala:problem:{slug}")
    assert slug != "keys-refused" or found["pointer"] == "#/jwk"
    assert [key["kid"] for key in (await ours.did("GET", f"{CLIENTS}/careful/keys"))["items"]] == ["c1"]


async def test_the_last_use_of_each_key_is_shown_written_by_batch(home: House, ours: Desk) -> None:
    await home.register("used", organization_id=OURS, jwks={"keys": [key.as_dict(private=False) for key in (KEY, NEW_KEY)]})
    for _ in range(3):
        assert await token_status(home, "used", KEY) == 200
    assert await token_status(home, "used", KEY, exp=1) == 401
    await home.gateway._upkeep._uses.write()
    found = {key["kid"]: key["used_at"] for key in (await ours.did("GET", f"{CLIENTS}/used/keys"))["items"]}
    assert found["c2"] is None and abs(datetime.fromisoformat(found["c1"]) - datetime.now(UTC)) < timedelta(seconds=30)
    home.gateway._upkeep._uses.note("used", "c2")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home.database, "transaction", _away)
        with pytest.raises(ConnectionRefusedError):
            await home.gateway._upkeep._uses.write()
    await home.gateway._upkeep._uses.write()
    assert (await ours.did("GET", f"{CLIENTS}/used/keys"))["items"][1]["used_at"] is not None, "noted again"


async def test_a_further_key_prolongs_none_that_ends_sooner(home: House, ours: Desk) -> None:
    await home.register("sooner", organization_id=OURS)
    days = {kid: datetime.now(UTC) + timedelta(days=days) for kid, days in (("s1", 7), ("s2", 30))}
    for kid, at in days.items():
        jwk = ECKey.generate_key("P-256", {"kid": kid}).as_dict(private=False)
        shown = await ours.did("POST", f"{CLIENTS}/sooner/keys", {"jwk": jwk, "others_end_at": at.replace(tzinfo=None).isoformat()})
    found = {key["kid"]: key["ends_at"] and datetime.fromisoformat(key["ends_at"]) for key in shown["items"]}
    assert found == {"c1": days["s1"], "s1": days["s2"], "s2": None}


async def test_the_key_that_ended_last_is_the_one_that_stays(home: House, ours: Desk) -> None:
    await home.register("ended", organization_id=OURS, jwks={"keys": [key.as_dict(private=False) for key in (KEY, NEW_KEY)]})
    now = datetime.now(UTC)
    for kid, ago in (("c2", 1), ("c1", 2)):  # as they lie in the table
        async with home.database.transaction(Caller.system("test")) as tx:
            tx.add(ClientKey(client_id="ended", kid=kid, added_at=now, ends_at=now - timedelta(days=ago)))
    await _end_old(home, now)
    assert [key["kid"] for key in (await ours.did("GET", f"{CLIENTS}/ended/keys"))["items"]] == ["c2"]


async def test_a_client_that_proves_itself_by_certificates_gets_no_key_without_one(home: House, ours: Desk) -> None:
    jwks = {"keys": [KEY.as_dict(private=False) | {"x5c": ["AAAA"]}]}
    await home.register("certified", organization_id=OURS, auth_method="self_signed_tls_client_auth", jwks=jwks)
    jwk = NEW_KEY.as_dict(private=False)
    assert await ours.refused("POST", f"{CLIENTS}/certified/keys", {"jwk": jwk}) == (422, "keys-refused")
    assert len((await ours.did("POST", f"{CLIENTS}/certified/keys", {"jwk": jwk | {"x5c": ["BBBB"]}}))["items"]) == 2


async def test_a_key_whose_kid_no_address_can_hold_is_taken_away_by_its_thumbprint(home: House, ours: Desk) -> None:
    await home.register("standard-base64", organization_id=OURS)
    hers = ECKey.generate_key("P-256", {"kid": "q1+/Zz..=="})
    shown = await ours.did("POST", f"{CLIENTS}/standard-base64/keys", {"jwk": hers.as_dict(private=False)})
    thumbprint = {key["kid"]: key["thumbprint"] for key in shown["items"]}["q1+/Zz..=="]
    assert thumbprint == hers.thumbprint() and await token_status(home, "standard-base64", hers) == 200
    await ours.did("DELETE", f"{CLIENTS}/standard-base64/keys/{thumbprint}", version=1)
    assert await token_status(home, "standard-base64", hers) == 401
    assert [key["kid"] for key in (await ours.did("GET", f"{CLIENTS}/standard-base64/keys"))["items"]] == ["c1"]


def _rsa(bits: int, exponent: int = 65_537) -> dict[str, Any]:
    """Return a public key of this size, whose private one nobody has."""
    n = int.from_bytes(random.Random(7).randbytes(bits // 8)) | 1 << (bits - 1) | 1
    return {"kty": "RSA", "n": b64(n.to_bytes(bits // 8)), "e": b64(exponent.to_bytes((exponent.bit_length() + 7) // 8))}


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_rsa_keys_are_of_the_usual_sizes_since_strangers_choose_those_of_their_proofs() -> None:
    for usual in (_rsa(2048), _rsa(4096, 3), _rsa(8192)):
        assert client_keys.usable_keys({"keys": [usual]})
    for odd in (_rsa(2040), _rsa(8200), _rsa(3072, 1 << 3000 | 1), _rsa(2048, (1 << 33) + 1)):
        with pytest.raises(client_keys.KeysRefused):
            client_keys.usable_keys({"keys": [odd]})


async def test_what_nobody_reads_of_a_key_is_not_kept(home: House, ours: Desk) -> None:
    await home.register("annotated", organization_id=OURS)
    noted = NEW_KEY.as_dict(private=False) | {"note": "\0"}  # which the database could not hold
    await ours.did("POST", f"{CLIENTS}/annotated/keys", {"jwk": noted})
    assert await token_status(home, "annotated", NEW_KEY) == 200


async def _end_old(home: House, now: datetime) -> None:
    async with home.database.transaction(Caller.system("test")) as tx:
        await keys.end_old(tx, now)


def _away(caller: Caller) -> None:
    raise ConnectionRefusedError
