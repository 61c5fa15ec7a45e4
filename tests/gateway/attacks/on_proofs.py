"""Attacks on tokens that are bound to a key (DPoP)."""

from typing import Any

from ihala_gateway.oauth import client_keys
from ihala_gateway.oauth.access_tokens import AccessTokens
from ihala_gateway.oauth.dpop import Nonces, Proofs
from joserfc.jwk import ECKey
from pytest import MonkeyPatch

from tests.gateway.attacks.attack import PATH, Attack, Try, Weaken, gone
from tests.gateway.house import House
from tests.gateway.party import TOKEN, Party

HERE = PATH.decode()


async def _bound(house: House) -> tuple[Party, str]:
    """Return a client with a key, a nonce, and a token bound to that key."""
    party = Party(house, "centre", ECKey.generate_key("P-256"))
    status, body = await party.post(TOKEN, grant_type="client_credentials")
    assert status == 200 and (await party.call(body["access_token"]))[0] == 200
    return party, body["access_token"]


async def _replayed(house: House) -> bool:
    party, token = await _bound(house)
    proof = party.proof("GET", HERE, token)
    assert (await party.call(token, proof=proof))[0] == 200, "it is good the first time"
    return (await party.call(token, proof=proof))[0] == 200


async def _by_another_key(house: House) -> bool:
    party, token = await _bound(house)
    thief = Party(house, "centre", ECKey.generate_key("P-256"), party.nonce)
    return (await party.call(token, proof=thief.proof("GET", HERE, token)))[0] == 200


def _proof_with(method: str = "GET", path: str = HERE, **more: Any) -> Try:
    """Return the try of a proof by the right key that was made for something else."""

    async def gets_through(house: House) -> bool:
        party, token = await _bound(house)
        return (await party.call(token, proof=party.proof(method, path, token, **more)))[0] == 200

    return gets_through


async def _private_key_embedded(house: House) -> bool:
    party, token = await _bound(house)
    proof = party.proof("GET", HERE, token, head={"jwk": party.key.as_dict(private=True)})
    return (await party.call(token, proof=proof))[0] == 200


def _any_key(monkeypatch: MonkeyPatch, _: House) -> None:
    """Look at the proof, but not at whose it is."""

    def prove(self: AccessTokens, credentials: bytes, grant: Any, certificate: Any, call: Any) -> None:
        self.proofs.check(call.proofs, call.method, call.path, credentials.decode().partition(" ")[2])

    monkeypatch.setattr(AccessTokens, "_prove", prove)


_any_claims: Weaken = gone(Proofs, "_check_claims", lambda *_: None)
_any_nonce: Weaken = gone(Nonces, "spend", lambda *_: None)

ATTACKS = tuple(
    Attack(*each, behind_nginx=False)  # nginx hands every call with a proof over
    for each in (
        ("DPoP proof replay", _replayed, _any_nonce),
        ("DPoP proof of a foreign key: a stolen token", _by_another_key, _any_key),
        ("DPoP proof for another method", _proof_with("POST"), _any_claims),
        ("DPoP proof for another address", _proof_with(path=HERE + "/x"), _any_claims),
        ("DPoP proof for another token", _proof_with(ath="x" * 43), _any_claims),
        ("DPoP proof of yesterday", _proof_with(iat=1_700_000_000), _any_claims),
        ("DPoP proof that holds its private key", _private_key_embedded, gone(client_keys, "_check", lambda _: None)),
        ("DPoP proof made ahead, with no nonce of ours", _proof_with(nonce="made-up"), _any_nonce),
    )
)
