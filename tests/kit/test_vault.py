"""What is sealed opens only with its key, its master key and its place."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ihala_kit.vault import SealBroken, Vault, new_master_key
from pydantic import SecretStr

MASTER = bytes(range(32))
vault = Vault(MASTER)


@given(st.binary(), st.text())
def test_what_was_sealed_can_be_opened(plaintext: bytes, about: str) -> None:
    key = vault.new_key()
    assert vault.open(key, vault.seal(key, plaintext, about), about) == plaintext
    assert vault.open_direct(vault.seal_direct(plaintext, about), about) == plaintext


def test_the_settings_text_is_the_same_key() -> None:
    text = SecretStr(base64.urlsafe_b64encode(MASTER).decode())
    unpadded = SecretStr(text.get_secret_value().rstrip("="))
    blob = vault.seal_direct(b"fact", "here")
    assert Vault(text).open_direct(blob, "here") == Vault(unpadded).open_direct(blob, "here") == b"fact"
    assert Vault(SecretStr(new_master_key())).blind("a", "b") != vault.blind("a", "b")


def test_another_place_is_refused() -> None:
    key = vault.new_key()
    blob = vault.seal(key, b"fact", "person/name/1")
    with pytest.raises(SealBroken):
        vault.open(key, blob, "person/name/2")


def test_another_key_is_refused() -> None:
    blob = vault.seal(vault.new_key(), b"fact", "here")
    with pytest.raises(SealBroken):
        vault.open(vault.new_key(), blob, "here")


def test_another_master_key_is_refused() -> None:
    other = Vault(bytes(32))
    key = vault.new_key()
    with pytest.raises(SealBroken):
        other.seal(key, b"fact", "here")
    with pytest.raises(SealBroken):
        other.open_direct(vault.seal_direct(b"fact", "here"), "here")


def test_a_sealed_value_is_no_key_and_a_key_no_value() -> None:
    key = vault.new_key()
    with pytest.raises(SealBroken):
        vault.open_direct(key, "key")
    with pytest.raises(SealBroken):
        vault.seal(vault.seal_direct(bytes(32), "key"), b"fact", "here")


@given(st.integers(0, 40), st.integers(1, 255))
def test_an_altered_byte_is_noticed(place: int, change: int) -> None:
    blob = bytearray(vault.seal_direct(b"a fact of 12", "here"))
    blob[place] ^= change
    with pytest.raises(SealBroken):
        vault.open_direct(bytes(blob), "here")


@pytest.mark.parametrize("blob", [b"", b"\x01", bytes(29), b"\x02" + bytes(28)])
def test_what_is_no_sealed_value_is_refused(blob: bytes) -> None:
    with pytest.raises(SealBroken):
        vault.open_direct(blob, "here")


@pytest.mark.parametrize("key", [b"", bytes(31), SecretStr("short"), SecretStr("not base64url!"), SecretStr("é")])
def test_a_wrong_master_key_is_refused_without_showing_it(key: bytes | SecretStr) -> None:
    with pytest.raises(ValueError, match="32 bytes") as refused:
        Vault(key)
    assert "short" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.text(), st.text(), st.text(), st.text())
def test_blind_values_differ_by_value_and_purpose(value: str, purpose: str, other_value: str, other_purpose: str) -> None:
    same = (value, purpose) == (other_value, other_purpose)
    assert (vault.blind(value, purpose) == vault.blind(other_value, other_purpose)) is same
    assert len(vault.blind(value, purpose)) == 32
