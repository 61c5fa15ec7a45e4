"""Several master keys at once, and where they come from."""

import base64
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from ihala_kit import master_keys
from ihala_kit.master_keys import numbered, resolved
from ihala_kit.settings import KitSettings
from ihala_kit.vault import SealBroken, Vault
from pydantic import SecretStr

OLD, NEW = bytes(range(32)), bytes(range(1, 33))


def from_kms(reference: str) -> bytes:
    """Stand for a key management service that unwraps what the reference names."""
    return {"projects/ihala/intake": NEW}[reference]


def settings(**more: object) -> KitSettings:
    return KitSettings.model_validate({"database_url": "postgresql://x", "master_key": text(OLD)} | more)


def text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode()


def test_what_an_older_key_wrapped_opens_and_the_new_one_wraps() -> None:
    old, both = Vault(OLD), Vault(NEW, version=2, others={1: OLD})
    key = old.new_key()
    blob = old.seal(key, b"fact", "here")
    assert both.open(key, blob, "here") == b"fact"
    fresh = both.new_key()
    assert (key[0], fresh[0], both.seal_direct(b"x", "y")[0]) == (1, 2, 2)
    with pytest.raises(SealBroken, match="master key 2"):
        old.seal(fresh, b"fact", "here")
    foresighted = Vault(OLD, others={2: NEW})
    assert foresighted.open(fresh, foresighted.seal(fresh, b"fact", "here"), "here") == b"fact"
    assert foresighted.new_key()[0] == 1


def test_a_rewrapped_key_opens_what_it_sealed_before_without_the_old_master_key() -> None:
    old = Vault(OLD)
    key, direct = old.new_key(), old.seal_direct(b"answer", "there")
    blob = old.seal(key, b"fact", "here")
    both = Vault(NEW, version=2, others={1: OLD})
    renewed, resealed = both.rewrapped(key), both.resealed(direct, "there")
    alone = Vault(NEW, version=2, blind_key=SecretStr(old.exported_blind_key()))
    assert alone.open(renewed, blob, "here") == b"fact"
    assert alone.open_direct(resealed, "there") == b"answer"
    with pytest.raises(SealBroken, match="master key 1"):
        alone.open(key, blob, "here")


def test_marks_and_chains_outlive_the_master_key() -> None:
    old = Vault(OLD)
    both = Vault(NEW, version=2, others={1: OLD})
    alone = Vault(NEW, version=2, blind_key=SecretStr(old.exported_blind_key()))
    assert old.blind("+9647701234567", "phone") == both.blind("+9647701234567", "phone") == alone.blind("+9647701234567", "phone")
    with pytest.raises(ValueError, match="blind key"):
        Vault(NEW, version=2)


def test_a_key_of_another_version_opens_nothing() -> None:
    blob = bytearray(Vault(OLD).seal_direct(b"fact", "here"))
    blob[0] = 2
    with pytest.raises(SealBroken):
        Vault(NEW, version=2, others={1: OLD}).open_direct(bytes(blob), "here")


@pytest.mark.parametrize("version", [0, 256, -1])
def test_versions_fit_into_a_byte(version: int) -> None:
    with pytest.raises(ValueError, match="1 to 255"):
        Vault(OLD, version=version, blind_key=NEW)


def test_a_key_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(text(OLD) + "\n")
    assert resolved(SecretStr(f"file:{tmp_path}/key")) == resolved(SecretStr(text(OLD))) == OLD
    with pytest.raises(ValueError, match="cannot be read") as refused:
        resolved(SecretStr(f"file:{tmp_path}/none"))
    assert str(tmp_path) not in str(refused.value)


def test_a_key_management_service_is_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("ours", f"{__name__}:from_kms", master_keys.GROUP)
    monkeypatch.setattr(master_keys, "entry_points", lambda group: EntryPoints([entry]).select(group=group))
    found = Vault.of(settings(master_key="kms:ours:projects/ihala/intake"))
    assert found.open_direct(Vault(NEW).seal_direct(b"fact", "here"), "here") == b"fact"
    with pytest.raises(ValueError, match="no such adapter"):
        resolved(SecretStr("kms:theirs:x"))


def test_settings_name_all_keys() -> None:
    both = Vault.of(settings(master_key=text(NEW), master_key_version=2, other_master_keys=f"1={text(OLD)}"))
    assert both.open_direct(Vault(OLD).seal_direct(b"fact", "here"), "here") == b"fact"
    assert both.version == 2
    assert Vault.of(settings()) is Vault.of(settings())


@pytest.mark.parametrize("given", ["1", "one=x", "=x", "A" * 43 + "=", "1=x,,2"])
def test_other_keys_that_are_none_are_refused_without_showing_them(given: str) -> None:
    with pytest.raises(ValueError, match="1=key,2=key"):
        numbered(SecretStr(given))
