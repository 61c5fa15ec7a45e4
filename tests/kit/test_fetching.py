"""Fetch sessions without a broker; with one: tests/kit/broker/test_fetching.py."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import RequestTimedOutError
from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v4, FetchRequest_v11
from aiokafka.protocol.metadata import MetadataRequest
from ihala_kit.fetching import LAST_EPOCH, Question, Session, Sessions

BROKER = 1


class Broker:
    """In the place of aiokafka's client: notes what it is asked and answers with what it is told to."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.answers: list[Any] = []
        self.sessions = Sessions(self.send)

    async def send(self, _: int, request: Any, **__: Any) -> Any:
        if not isinstance(request, Question):
            return request
        self.asked.append(request.build(FetchRequest_v11))
        answer = self.answers.pop(0) if self.answers else (0, 7)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(API_VERSION=11, error_code=answer[0], session_id=answer[1])

    async def ask(self, **places: int) -> tuple[int, int, dict[tuple[str, int], int], list[Any]]:
        """Ask for partitions such as a0 from a place; return the session, its epoch, what was named, and what was left out."""
        by_topic: dict[str, list[tuple[int, int, int]]] = {}
        for name, at in places.items():
            by_topic.setdefault(name[0], []).append((int(name[1:]), at, 1000))
        await self.sessions.send(BROKER, FetchRequest(500, 1, 1000, 0, list(by_topic.items())))
        asked = self.asked[-1]
        named = {(topic, place[0]): place[2] for topic, found in asked.topics for place in found}
        return asked.session_id, asked.session_epoch, named, asked.forgotten_topics_data


async def test_what_changed_since_the_last_question_is_named_and_nothing_else() -> None:
    broker = Broker()
    assert await broker.ask(a0=1, a1=1, b0=1) == (0, 0, {("a", 0): 1, ("a", 1): 1, ("b", 0): 1}, [])
    assert await broker.ask(a0=1, a1=1, b0=1) == (7, 1, {}, [])
    assert await broker.ask(a1=1, b0=2) == (7, 2, {("b", 0): 2}, [("a", [0])])
    assert await broker.ask(a0=4, a1=1, b0=2) == (7, 3, {("a", 0): 4}, [])


@pytest.mark.parametrize("wrong", [RequestTimedOutError(), (70, 0), (71, 7)])
async def test_after_a_question_without_an_answer_all_are_named_and_the_old_session_is_given_up(wrong: Any) -> None:
    broker = Broker()
    await broker.ask(a0=1, a1=1)
    broker.answers = [wrong]
    if isinstance(wrong, Exception):
        with pytest.raises(RequestTimedOutError):
            await broker.ask(a0=2, a1=1)
    else:
        await broker.ask(a0=2, a1=1)
    broker.answers = [(0, 8)]
    assert await broker.ask(a0=2, a1=1) == (7, 0, {("a", 0): 2, ("a", 1): 1}, [])
    assert await broker.ask(a0=2, a1=1) == (8, 1, {}, [])


async def test_a_broker_that_keeps_no_session_is_asked_for_all() -> None:
    broker = Broker()
    broker.answers = [(0, 0), (0, 0)]
    for _ in range(2):
        assert await broker.ask(a0=1) == (0, 0, {("a", 0): 1}, [])


async def test_epochs_begin_anew_behind_the_last_one() -> None:
    broker = Broker()
    broker.sessions.of[BROKER] = Session(7, LAST_EPOCH, {})
    assert (await broker.ask(a0=1))[:2] == (7, LAST_EPOCH)
    assert (await broker.ask(a0=1))[:2] == (7, 1)


async def test_other_requests_pass_and_an_old_broker_is_asked_as_ever() -> None:
    broker = Broker()
    request = MetadataRequest([])
    assert await broker.sessions.send(BROKER, request) is request
    whole = FetchRequest(500, 1, 1000, 0, [("a", [(0, 1, 1000)])])
    assert Question(whole, Session(7, 3, {("a", 0): (0,)})).build(FetchRequest_v4) == whole.build(FetchRequest_v4)
