"""Readers ask within fetch sessions: they name what changed, and nothing is missed when a session is lost or the broker begins anew."""

from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v11
from ihala_kit import fetching
from ihala_kit.bus import Consumer, Message, Producer
from ihala_kit.fetching import Question, Session
from ihala_kit.settings import KitSettings
from ihala_local.testing_kafka import ThrowAwayKafka

from tests.kit.broker.outbox import TOPIC

GROUP = "ihala.notify"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The questions in the order in which they were sent."""
    found: list[Any] = []
    build = Question.build

    def noted(self: Question, request_struct_class: Any) -> Any:
        found.append(build(self, request_struct_class))
        return found[-1]

    monkeypatch.setattr(Question, "build", noted)
    return found


def named(question: Any) -> int:
    return sum(len(places) for _, places in question.topics)


class Reading:
    """Sends records one by one and reads each."""

    def __init__(self, settings: KitSettings, consumer: Consumer) -> None:
        self.settings, self.consumer, self.number = settings, consumer, 0

    async def pass_on(self, count: int) -> None:
        """Send so many, each after the one before came."""
        for _ in range(count):
            self.number += 1
            value = str(self.number).encode()
            async with Producer(self.settings) as producer:
                await producer.send([Message(TOPIC, value, [], value)])
            came: list[bytes] = []
            while not came:
                came = [record.value for record in await self.consumer.poll()]
            assert came == [value]

    async def to_the_end(self) -> None:
        """Read what others left."""
        while await self.consumer.poll() or await self.consumer.lag() or not self.consumer.sessions.of:
            pass


async def test_a_reader_names_all_partitions_once_and_misses_nothing_when_its_session_is_lost(
    settings: KitSettings, kafka: ThrowAwayKafka, asked: list[Any]
) -> None:
    async with Consumer(settings, GROUP, [TOPIC]) as consumer:
        reading = Reading(settings, consumer)
        await reading.to_the_end()
        asked.clear()
        await reading.pass_on(5)
        assert {question.session_id != 0 for question in asked} == {True}
        assert all(named(question) <= 1 for question in asked), "what a record came from is the only place that moves"
        [(broker, session)] = consumer.sessions.of.items()
        consumer.sessions.of[broker] = Session(session.id ^ 1, session.epoch, session.known)  # which it does not know
        asked.clear()
        await reading.pass_on(3)
        assert len([question for question in asked if question.session_epoch == 0]) == 1, "a new one, once"
        asked.clear()
        await kafka.supervisor.kill("kafka")
        await kafka.supervisor.wait_ready("kafka")
        await reading.pass_on(3)
        anew = next(number for number, question in enumerate(asked) if question.session_epoch == 0)
        again = {(topic, place[0]) for question in asked[anew:] for topic, places in question.topics for place in places}
        assert again == session.known.keys(), "all are named again, those that have no leader yet a moment later"
        assert any(question.session_epoch > 0 for question in asked[anew:])


def test_aiokafka_still_asks_outside_of_any_session() -> None:
    """When it asks within one by itself, ours goes."""
    whole = FetchRequest(1, 1, 1, 0, [("t", [(0, 5, 9)])])
    built = whole.build(FetchRequest_v11)
    assert (built.session_id, built.session_epoch, built.forgotten_topics_data) == (0, -1, [])
    assert FetchRequest._CLASSES[-1].API_VERSION == 11, "later versions name topics by ids"
    assert fetching.FIRST_VERSION == 7
