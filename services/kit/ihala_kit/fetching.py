"""Fetch sessions (KIP-227) for readers.

aiokafka (0.14) names every partition each time it asks, sixty of them for one event. In a session a reader says what changed since it
asked last, and the broker answers with what has records; it goes on reading all others from where it was told before.

A session lasts while all goes well. What a question that failed or was given up has changed at the broker nobody knows: after one, or when
the broker does not know the session any more, all are named again and a new one begins. It stands in one place of aiokafka, between a
consumer and its client; a test tells when aiokafka does it by itself.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.api import Request
from aiokafka.protocol.fetch import FetchRequest, FetchRequestStruct

FIRST_VERSION = 7  # of the requests that know sessions
LAST_EPOCH = 2**31 - 1

Partition = tuple[str, int]
Place = tuple[int, ...]  # as the request has it: the partition's number, from where, and how many bytes at most


@dataclass(frozen=True, slots=True)
class Session:
    """What a broker knows that a reader follows. With epoch 0 the broker forgets it, if it is one, and begins a new one."""

    id: int = 0
    epoch: int = 0
    known: Mapping[Partition, Place] = field(default_factory=dict)


class Question(Request[FetchRequestStruct]):
    """What is asked within a session: the partitions that are new or whose place moved, and which are left out from now on."""

    API_KEY = FetchRequest.API_KEY

    def __init__(self, whole: FetchRequest, session: Session) -> None:
        self._whole, self._session = whole, session
        self.asked: dict[Partition, Place] = {}

    def build(self, request_struct_class: type[FetchRequestStruct]) -> FetchRequestStruct:
        """Return it as it is sent; to a broker that knows no sessions, whole."""
        built: Any = self._whole.build(request_struct_class)
        if request_struct_class.API_VERSION >= FIRST_VERSION:
            self.asked = {(topic, place[0]): place for topic, places in built.topics for place in places}
            known = self._session.known
            built.session_id, built.session_epoch = self._session.id, self._session.epoch
            built.topics = _by_topic((topic, place) for (topic, number), place in self.asked.items() if known.get((topic, number)) != place)
            built.forgotten_topics_data = _by_topic(known.keys() - self.asked.keys())
        return built  # type: ignore[no-any-return]


class Sessions:
    """Stands before a client's `send` and asks each broker within a session; of one broker, one question at a time is under way."""

    def __init__(self, send: Callable[..., Awaitable[Any]]) -> None:
        self._send = send
        self.of: dict[int, Session] = {}  # by broker

    async def send(self, node_id: int, request: Any, **more: Any) -> Any:
        """Send anything; a fetch as a part of the broker's session."""
        if not isinstance(request, FetchRequest):
            return await self._send(node_id, request, **more)
        session = self.of.get(node_id, Session())
        self.of[node_id] = Session(session.id)  # unless this is answered
        question = Question(request, session)
        answer = await self._send(node_id, question, **more)
        if answer.API_VERSION >= FIRST_VERSION and not answer.error_code:
            kept = answer.session_id != 0  # else the broker has too many
            self.of[node_id] = Session(answer.session_id, session.epoch % LAST_EPOCH + 1, question.asked) if kept else Session()
        return answer


def _by_topic(found: Iterable[tuple[str, Any]]) -> list[tuple[str, list[Any]]]:
    by_topic: defaultdict[str, list[Any]] = defaultdict(list)
    for topic, each in found:
        by_topic[topic].append(each)
    return list(by_topic.items())


def in_sessions(consumer: AIOKafkaConsumer) -> Sessions:
    """Have a consumer ask within sessions."""
    client = consumer._client
    sessions = Sessions(client.send)
    client.send = sessions.send  # type: ignore[method-assign]
    return sessions
