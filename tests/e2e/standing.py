"""How the five databases stand, against what the topics say: plain SQL as the superuser, with nothing of the kit."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import asyncpg

from tests.e2e.ledger import SERVICES, Fact, Ledger

ENDED = {"completed", "declined", "expired", "withdrawn", "cancelled", "failed", "entered_in_error"}
SERVING = {"accepted", "in_service", "on_hold"}
PLACES_NOW = ("reserved", "claimed")  # held, and not yet taken

Rows = list[dict[str, Any]]


class Standing:
    """Everything the rules need, read once."""

    def __init__(self, databases: dict[str, dict[str, Rows]]) -> None:
        self.databases = databases

    def __getitem__(self, name: str) -> dict[str, Rows]:
        return self.databases[name]


QUERIES = {
    "all": {
        "outbox": "SELECT id FROM outbox",
        "stream": "SELECT key::text, epoch, n FROM stream",
        "fence": "SELECT source, key::text, epoch, sequence FROM fence",
        "parked": "SELECT source, key::text, error FROM parked WHERE state = 'waiting'",
    },
    "intake": {
        "need": "SELECT id::text, state, announced_at FROM need",
        "disclosure": "SELECT id::text, referral_id::text, organization_id::text, consent_id::text, need_id::text, state, ends_at, "
        "categories FROM disclosure",
        "consent": "SELECT id::text, state, recipients::text[] AS recipients, objections::text[] AS objections, categories FROM consent",
        "follow_up": "SELECT need_id::text, state, next_at FROM follow_up",
        "withdrawn": "SELECT consent_id::text, need_id::text, referral_id::text FROM consent_revision WHERE act = 'withdrawn'",
    },
    "directory": {
        "place": "SELECT id::text, capacity_kind, figure, held, used FROM service_at_location",
        "reservation": "SELECT id::text, state, service_at_location_id::text, referral_id::text FROM reservation",
    },
    "referral": {
        "placement": "SELECT id::text, need_id::text, state, owner, next_at FROM placement",
        "referral": "SELECT id::text, placement_id::text, need_id::text, organization_id::text, state, owner, next_at FROM referral",
    },
    "notify": {
        "feed": "SELECT organization_id::text, position, event_id::text FROM feed",
        "counter": "SELECT organization_id::text, c.position, start.position AS start FROM feed_counter c, feed_start start",
        "message": "SELECT event_id::text, template, recipient, state FROM message",
    },
    "gateway": {},
}


async def read_standing(url_of: dict[str, str]) -> Standing:
    """Read all databases; `url_of` gives a superuser's address for each service."""
    found: dict[str, dict[str, Rows]] = {}
    for name in SERVICES:
        connection = await asyncpg.connect(url_of[name])
        try:
            found[name] = {
                what: [dict(row) for row in await connection.fetch(query)] for what, query in {**QUERIES["all"], **QUERIES[name]}.items()
            }
        finally:
            await connection.close()
    return Standing(found)


def everything_left_and_arrived(ledger: Ledger, standing: Standing) -> Iterable[str]:
    """All events that were committed are on Kafka, and every reader is at the end of every key, with nothing parked."""
    for name in SERVICES:
        tables = standing[name]
        yield from (f"lost: an event of {name} never left" for _ in tables["outbox"])
        yield from (f"lost: {name} parked {row['source']}/{row['key']} ({row['error']})" for row in tables["parked"])
        for row in tables["stream"]:
            there = len(ledger.epochs.get((name, row["key"]), {}).get(row["epoch"], []))
            if there != row["n"]:
                yield f"lost: {name} wrote {row['n']} events of {row['key']}, Kafka has {there}"
        at = {(row["source"], row["key"]): (row["epoch"], row["sequence"]) for row in tables["fence"]}
        read = {source for source, _ in at}
        for (source, key), epochs in ledger.epochs.items():
            last = max(epoch for epoch, facts in epochs.items() if facts)
            if source in read and at.get((source, key), (0, 0)) != (last, len(epochs[last])):
                yield f"lost: {name} is at {at.get((source, key), (0, 0))} of {(last, len(epochs[last]))} of {source}/{key}"


def every_open_need_has_owner_and_instant(ledger: Ledger, standing: Standing) -> Iterable[str]:
    """One placement a need; while the need is open it, or a planned follow-up, has an owner and a next instant."""
    placements: dict[str, Rows] = defaultdict(list)
    for row in standing["referral"]["placement"]:
        placements[row["need_id"]].append(row)
    asked_again = {row["need_id"] for row in standing["intake"]["follow_up"] if row["state"] in ("planned", "due") and row["next_at"]}
    for need in standing["intake"]["need"]:
        if not need["announced_at"]:
            yield f"lost: need {need['id']} was never announced"
        own = placements[need["id"]]
        if len(own) != 1:
            yield f"owner: need {need['id']} has {len(own)} placements"
        elif need["state"] in ("open", "referring", "unserved") and not (own[0]["owner"] and own[0]["next_at"]):
            yield f"owner: need {need['id']} is {need['state']} and its placement {own[0]['state']} waits for nobody"
        elif need["state"] == "served" and need["id"] not in asked_again:
            yield f"owner: need {need['id']} is served and nobody will ask"
    for row in standing["referral"]["referral"]:
        if row["state"] not in ENDED and not (row["owner"] and row["next_at"]):
            yield f"owner: referral {row['id']} is {row['state']} and waits for nobody"


def states_are_what_was_told(ledger: Ledger, standing: Standing) -> Iterable[str]:
    """The state of each referral in its database is the one its last event told."""
    told: dict[str, Fact] = {}
    for fact in (fact for (source, _), facts in ledger.streams.items() if source == "referral" for fact in facts):
        if fact.data.get("state") and fact.data.get("referral_id"):
            told[fact.data["referral_id"]] = fact
    for row in standing["referral"]["referral"]:
        if row["id"] not in told or told[row["id"]].data["state"] != row["state"]:
            last = told[row["id"]].data["state"] if row["id"] in told else "nothing"
            yield f"order: referral {row['id']} is {row['state']}, its events say {last}"


def places_balance(ledger: Ledger, standing: Standing) -> Iterable[str]:
    """What is held is what is counted as held, nothing is below zero, and no place is held for a referral that ended."""
    held = Counter(row["service_at_location_id"] for row in standing["directory"]["reservation"] if row["state"] in PLACES_NOW)
    for place in standing["directory"]["place"]:
        if place["held"] != held[place["id"]]:
            yield f"places: {place['id']} says {place['held']} held, its reservations say {held[place['id']]}"
        if place["figure"] - place["held"] - place["used"] < 0 and place["figure"] > 0:
            yield f"places: {place['id']} promised more than it has"
    states = {row["id"]: row["state"] for row in standing["referral"]["referral"]}
    reserved_for = {fact.data["reservation_id"]: fact.data["referral_id"] for fact in ledger.of("referral.offered")}
    for row in standing["directory"]["reservation"]:
        referral = reserved_for.get(row["id"])
        if row["state"] in (*PLACES_NOW, "taken") and referral and states.get(referral) in ENDED - {"completed"}:
            yield f"places: {row['id']} is {row['state']} for a referral that is {states[referral]}"
        if states.get(referral or "") in SERVING and row["state"] not in ("taken", "used", "returned"):
            yield f"places: {row['id']} is {row['state']} for a referral that is {states[referral or '']}"


def disclosures_within_consent(ledger: Ledger, standing: Standing) -> Iterable[str]:
    """An open disclosure has a consent that covers its receiver and categories, no withdrawal, and a referral that may read."""
    consents = {row["id"]: row for row in standing["intake"]["consent"]}
    referrals = {row["id"]: row for row in standing["referral"]["referral"]}
    taken_back = {row["need_id"] for row in standing["intake"]["withdrawn"] if row["need_id"] and not row["referral_id"]}
    taken_back_referrals = {row["referral_id"] for row in standing["intake"]["withdrawn"]}
    for row in (row for row in standing["intake"]["disclosure"] if row["state"] == "open"):
        consent, referral = consents[row["consent_id"]], referrals.get(row["referral_id"])
        who = row["organization_id"]
        if consent["state"] != "given" or row["need_id"] in taken_back or row["referral_id"] in taken_back_referrals:
            yield f"consent: {row['id']} is open after a withdrawal"
        if who in consent["objections"] or (consent["recipients"] and who not in consent["recipients"]):
            yield f"consent: {row['id']} is open to a receiver the consent does not name"
        if not set(row["categories"]) <= set(consent["categories"]):
            yield f"consent: {row['id']} opens more than was consented to"
        if referral is None or (referral["state"] in ENDED and row["ends_at"] is None):
            yield f"consent: {row['id']} is open for a referral that ended"
        if referral and referral["organization_id"] != who:
            yield f"consent: {row['id']} is open to another than the referral's receiver"


def feeds_have_no_gap_and_no_double(ledger: Ledger, standing: Standing) -> Iterable[str]:
    """Positions of each feed are dense up to its counter, but for the gap that a restore makes, and each event stands in it once; each
    message was made once."""
    positions: dict[str, list[int]] = defaultdict(list)
    events: Counter[tuple[str, str]] = Counter()
    for row in standing["notify"]["feed"]:
        positions[row["organization_id"]].append(row["position"])
        events[row["organization_id"], row["event_id"]] += 1
    for row in standing["notify"]["counter"]:
        found = sorted(positions[row["organization_id"]])
        before = sum(1 for position in found if position <= row["start"])
        if found != [*range(1, before + 1), *range(row["start"] + 1, row["position"] + 1)]:
            yield f"lost: the feed of {row['organization_id']} has gaps"
    yield from (f"twice: event {event} stands {n} times in the feed of {who}" for (who, event), n in events.items() if n > 1)
    made = Counter((row["event_id"], row["template"], row["recipient"]) for row in standing["notify"]["message"])
    yield from (f"twice: message {which[1]} for {which[0]} was made {n} times" for which, n in made.items() if n > 1)


RULES = (
    everything_left_and_arrived,
    every_open_need_has_owner_and_instant,
    states_are_what_was_told,
    places_balance,
    disclosures_within_consent,
    feeds_have_no_gap_and_no_double,
)
