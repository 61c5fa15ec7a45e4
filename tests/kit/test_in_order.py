"""What one poll brings of several topics is put by its time; what one topic brings of a key stays as it came. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

from ihala_kit.inbox import in_order
from ihala_kit.records import Received

from tests.kit.samples import record, revoked

KEY, OTHER = UUID(int=1), UUID(int=2)
START = datetime(2026, 11, 23, 8, tzinfo=UTC)


def came(source: str, sequence: int, minute: int, key: UUID = KEY) -> Received:
    """Return the record of an event that happened at that minute."""
    found = record(revoked(key), sequence, source=source)
    assert found.envelope is not None
    envelope = found.envelope.model_copy(update={"time": START + timedelta(minutes=minute)})
    return replace(found, topic=f"ihala.{source}.v1", envelope=envelope)


def said(records: list[Received]) -> list[str]:
    return [f"{one.envelope.source}/{one.envelope.sequence}" for one in in_order(records) if one.envelope]


def test_causes_stand_before_consequences_however_partitions_come() -> None:
    """A receiver's disclosure was opened and closed (intake) while it was offered, taken and completed (referral)."""
    opened, closed = came("intake", 1, 3), came("intake", 2, 6)
    moves = [came("referral", 1, 1), came("referral", 2, 2), came("referral", 3, 5)]
    happened = ["referral/1", "referral/2", "intake/1", "referral/3", "intake/2"]
    assert said([opened, closed, *moves]) == said([*moves, opened, closed]) == happened


def test_what_one_topic_brings_of_a_key_keeps_its_order_whatever_its_times_say() -> None:
    """A clock that was set back, or a transaction that took its time early and committed late."""
    first, second, third = came("referral", 1, 9), came("referral", 2, 4), came("referral", 3, 5)
    between = came("intake", 1, 6)
    for parts in permutations([[first, second, third], [between]]):
        assert said([one for part in parts for one in part]) == ["intake/1", "referral/1", "referral/2", "referral/3"]


def test_keys_do_not_wait_for_each_other() -> None:
    mixed = [came("referral", 1, 5, OTHER), came("referral", 1, 9), came("intake", 1, 1, OTHER), came("referral", 2, 9)]
    assert [one.envelope.key for one in in_order(mixed) if one.envelope] == [KEY, KEY, OTHER, OTHER]
    assert said(mixed) == ["referral/1", "referral/2", "intake/1", "referral/1"]
