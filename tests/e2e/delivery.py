"""What three subscribers must have received, read from the topics alone, compared with what they received: nothing missing, nothing of
others, in order, twice only where that is announced, nothing personal. Shares no code with the services."""

import json
import re
from collections.abc import Iterable, Iterator

from tests.e2e.ledger import Fact, Ledger
from tests.e2e.subscribers import Subscriber

# What a provider hears of its own referrals in a crowd's life, whatever else its feed holds.
OWN = (
    "intake.disclosure-opened", "referral.offered", "referral.acknowledged", "referral.accepted", "referral.declined", "referral.started",
    "referral.completed", "referral.withdrawn", "referral.cancelled", "referral.expired", "referral.failed", "referral.deadline-missed",
    "referral.escalated",
)  # fmt: skip


def faults(ledger: Ledger, subscribers: Iterable[Subscriber], personal: set[str]) -> Iterator[str]:
    """Yield faults, sentences that begin with their kind: lost, others', order, twice, personal (`personal`: words that say who)."""
    facts = {fact.id: fact for facts in ledger.streams.values() for fact in facts}
    for one in subscribers:
        seen = {event["id"] for event in one.came}
        yield from (f"lost: {one.way} has no {fact.name} {fact.id}" for fact in _own(ledger, one.organization_id) if fact.id not in seen)
        yield from (f"others': {one.way} got {event['type']}" for event in one.came if not _may_have(facts.get(event["id"]), one))
        if not seen:
            yield f"lost: {one.way} got nothing"
        yield from _out_of_order(one, facts)
        if len(seen) != len(one.came) and not one.repeats:
            yield f"twice: {one.way} got {len(one.came) - len(seen)} events again"
        if not personal.isdisjoint(re.findall(r"\+?\w+", json.dumps(one.came, ensure_ascii=False))):
            yield f"personal: {one.way} was told who somebody is"


def _own(ledger: Ledger, organization_id: str) -> list[Fact]:
    """Return what must reach an organisation: an escalation names whom it is for, everything else is for all its parts."""
    ours = [fact for fact in ledger.of(*OWN) if fact.data.get("organization_id") == organization_id]
    return [fact for fact in ours if "provider" in fact.data.get("to", ["provider"])]


def _may_have(fact: Fact | None, one: Subscriber) -> bool:
    """Tell whether an event is one of ours, and about this organisation: no provider here is an origin or an operator."""
    return fact is not None and fact.data.get("organization_id") == one.organization_id


def _out_of_order(one: Subscriber, facts: dict[str, Fact]) -> Iterator[str]:
    """Yield where a new event of a subject came after a later one, by its place in the feed and by its service's own count; a repetition
    is none."""
    newest: dict[tuple[str, ...], tuple[int, ...]] = {}
    seen: set[str] = set()
    for event in one.came:
        fact, subject = facts.get(event["id"]), event["subject"]
        places: dict[tuple[str, ...], tuple[int, ...]] = {(subject,): (int(event["sequence"]),)}
        if fact is not None:
            places[subject, fact.source, fact.key] = (fact.epoch, fact.sequence)
        for stream, at in places.items():
            if event["id"] not in seen and at <= newest.get(stream, (0,)):
                yield f"order: {one.way} got {event['type']} of {subject} at {at} after {newest[stream]}"
            newest[stream] = max(at, newest.get(stream, (0,)))
        seen.add(event["id"])
