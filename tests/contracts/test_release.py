"""A release freezes the contracts, says what is new, and refuses what readers of the last one would break at."""

import gzip
import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ihala_contracts import release as releases
from ihala_contracts.asyncapi import asyncapi
from ihala_contracts.release import NotReleased, release, released_events, released_openapi

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def now() -> dict[str, Any]:
    """The AsyncAPI document, which takes a second to make; nobody here changes it."""
    return asyncapi()


@pytest.fixture
def made_once(now: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a release make it again without making it."""
    monkeypatch.setattr(releases, "asyncapi", lambda: deepcopy(now))


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi" / "intake.v1.json").write_text('{"openapi": "3.1.0"}')
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\nRules.\n")
    return tmp_path


def test_the_first_release_freezes_everything(contracts: Path, now: dict[str, Any]) -> None:
    new = release(contracts, "1.0", "The beginning.", TODAY)
    assert "new: referral.accepted.v1" in new
    assert released_events(contracts) == now
    assert released_openapi(contracts) == {"intake": gzip.decompress((contracts / "released/openapi/intake.v1.json.gz").read_bytes())}
    assert (contracts / "CHANGELOG.md").read_text().startswith("# Changes\n\nRules.\n\n## 1.0 (2026-11-22)\n\n- The beginning.\n- new: ")


@pytest.mark.usefixtures("made_once")
def test_the_next_says_what_is_new_above_the_last(contracts: Path, now: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    release(contracts, "1.0", "The beginning.", TODAY)
    monkeypatch.setattr(releases, "asyncapi", lambda: _with(now, _field_added))
    assert release(contracts, "1.1", "More is said.", TODAY) == ["new: referral.accepted.v1.added_later"]
    told = (contracts / "CHANGELOG.md").read_text()
    assert told.index("## 1.1") < told.index("## 1.0")
    with pytest.raises(NotReleased):
        release(contracts, "1.1", "The same again.", TODAY)


@pytest.mark.usefixtures("made_once")
def test_what_integrators_receive_is_frozen_with_the_events(contracts: Path, now: dict[str, Any]) -> None:
    """In 1.0 it stood beside the document (`shown.json`); from the next on it stands in it."""
    kept = now["components"]["messages"]["referral.accepted.v1.receiver"]
    (contracts / "released").mkdir()
    (contracts / "released/shown.json").write_text(json.dumps({"referral.accepted.v1.receiver": kept}))
    assert released_events(contracts)["components"]["messages"] == {"referral.accepted.v1.receiver": kept}
    new = release(contracts, "1.1", "The next.", TODAY)
    assert "new: referral.accepted.v1.origin" in new and "new: referral.accepted.v1.receiver" not in new
    assert released_events(contracts) == now and not (contracts / "released/shown.json").exists()


@pytest.mark.usefixtures("made_once")
def test_what_breaks_a_reader_is_not_released(contracts: Path, now: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    release(contracts, "1.0", "The beginning.", TODAY)
    before = released_events(contracts)
    monkeypatch.setattr(releases, "asyncapi", lambda: _with(now, _field_gone))
    with pytest.raises(NotReleased, match=r"referral\.accepted\.v1\.need_id: is gone"):
        release(contracts, "1.1", "Less is said.", TODAY)
    assert released_events(contracts) == before


def _with(now: dict[str, Any], change: Any) -> dict[str, Any]:
    document = deepcopy(now)
    change(document["components"]["messages"]["referral.accepted.v1"]["payload"]["schema"])
    return document


def _field_added(schema: Any) -> None:
    schema["properties"]["added_later"] = {"type": "string", "default": ""}


def _field_gone(schema: Any) -> None:
    del schema["properties"]["need_id"]
