"""The keys that a broker reads from a file: those of access tokens, whole, and written when they change alone."""

import json
from pathlib import Path

import pytest
from ihala_gateway.oauth.published_file import PublishedFile

from tests.gateway.house import House


async def test_the_file_holds_the_published_keys_of_access_tokens_and_nothing_private(home: House, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    home.gateway._upkeep._kafka_keys = PublishedFile(path)
    await home.gateway._upkeep.read_keys()
    async with home.session.get("/oauth/jwks") as answer:
        assert json.loads(path.read_text()) == await answer.json()
    assert all("d" not in key for key in json.loads(path.read_text())["keys"])


async def test_it_is_written_when_the_keys_change_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    published = PublishedFile(path)
    await published.write({"keys": [1]})
    path.write_text("touched")
    await published.write({"keys": [1]})
    assert path.read_text() == "touched", "a broker reads again what was written again"
    await published.write({"keys": [2]})
    assert (json.loads(path.read_text()), path.stat().st_mode & 0o777) == ({"keys": [2]}, 0o644)
    assert list(tmp_path.iterdir()) == [path]


async def test_a_place_that_cannot_be_written_is_tried_again_and_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "later" / "keys.json"
    published = PublishedFile(path)
    await published.write({"keys": [1]})
    said = [record.message for record in caplog.records if record.name.startswith("ihala_gateway.") and "keys" in record.message]
    assert said == ["the keys for Kafka were not written"]
    path.parent.mkdir()
    await published.write({"keys": [1]})
    assert path.exists()
    await PublishedFile(None).write({"keys": [1]})
