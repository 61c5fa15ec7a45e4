"""How the watch of all events asks Kafka for them."""

from typing import Any

import pytest
from ihala_local import watch
from ihala_local.provision.topics import Cluster


class Asked:
    """Kafka's client, as far as the watch uses it; keeps what it was told."""

    settings: dict[str, Any] = {}

    def __init__(self, settings: dict[str, Any]) -> None:
        Asked.settings = settings

    def assign(self, places: list[Any]) -> None:
        pass

    def poll(self, seconds: float) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("every_ms", "beat"), [(None, (None, None)), (100, (100, watch.MORE_THAN_COMES))])
async def test_it_is_answered_at_each_event_or_at_a_beat(
    monkeypatch: pytest.MonkeyPatch, every_ms: int | None, beat: tuple[Any, Any]
) -> None:
    monkeypatch.setattr(watch, "Consumer", Asked)
    async with watch.Watch(Cluster("nowhere:1", "admin", "secret"), from_beginning=True, every_ms=every_ms):
        pass
    assert (Asked.settings.get("fetch.wait.max.ms"), Asked.settings.get("fetch.min.bytes")) == beat
