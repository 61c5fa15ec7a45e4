"""Settings come from the service's own variables, and their secrets stay out of what is printed."""

import pytest
from ihala_kit.settings import KitSettings
from ihala_kit.vault import new_master_key
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict


class SmallSettings(KitSettings):
    model_config = SettingsConfigDict(env_prefix="SMALL_")


def test_a_service_reads_its_own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMALL_DATABASE_URL", "postgresql://user:hidden@127.0.0.1/small")
    monkeypatch.setenv("SMALL_MASTER_KEY", new_master_key())
    monkeypatch.setenv("SMALL_CLOCK_MAY_MOVE", "true")
    monkeypatch.setenv("OTHER_PORT", "1")
    settings = SmallSettings()
    assert (settings.clock_may_move, settings.port, settings.inbox) == (True, 0, True)
    assert "hidden" not in repr(settings)
    assert settings.master_key.get_secret_value() not in repr(settings)


def test_what_is_wrong_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMALL_PORT", "hidden")
    with pytest.raises(ValidationError) as refused:
        SmallSettings()
    assert {item["loc"][0] for item in refused.value.errors()} == {"database_url", "master_key", "port"}
    assert "hidden" not in str(refused.value)
