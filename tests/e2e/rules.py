"""What must hold between the events: each rule takes the ledger and returns what breaks it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from tests.e2e.ledger import Fact, Ledger

ENDED = ("completed", "declined", "expired", "withdrawn", "cancelled", "failed")
LATER = ("acknowledged", "accepted", "information-requested", "answered", "waitlisted", "started", "held", "resumed")


def one_answer_per_attempt(ledger: Ledger) -> Iterable[str]:
    """Directory answers each (placement, attempt) exactly once, and only what was asked."""
    asked = Counter(_attempt(fact) for fact in ledger.of("referral.placement-requested"))
    answered = Counter(_attempt(fact) for fact in ledger.of("directory.place-reserved", "directory.no-place-found"))
    yield from (f"twice: placement {attempt} was requested {n} times" for attempt, n in asked.items() if n > 1)
    yield from (f"lost: placement {attempt} got no answer" for attempt in asked if not answered[attempt])
    yield from (f"twice: placement {attempt} got {n} answers" for attempt, n in answered.items() if n > 1)
    yield from (f"invented: placement {attempt} was never requested" for attempt in answered if not asked[attempt])


def one_answer_per_acceptance(ledger: Ledger) -> Iterable[str]:
    """Every acceptance is answered once by intake and once by directory; intake need not answer a suspended one whose referral ended.

    One disclosure that is told of again, because the person is reached otherwise, is one answer.
    """
    accepted = Counter(fact.data["referral_id"] for fact in ledger.of("referral.accepted"))
    suspended = {fact.key for fact in ledger.of("directory.organization-suspended")}
    settled = {
        fact.data["referral_id"]
        for fact in ledger.of(*(f"referral.{state}" for state in ENDED))
        if fact.data["organization_id"] in suspended
    }
    yield from (f"twice: {referral} was accepted {n} times" for referral, n in accepted.items() if n > 1)
    for who, names in (
        ("intake", ("intake.disclosure-opened", "intake.disclosure-refused")),
        ("directory", ("directory.place-taken", "directory.place-take-refused")),
    ):
        said = {(fact.data["referral_id"], fact.data.get("disclosure_id", fact.id)) for fact in ledger.of(*names)}
        answers = Counter(referral for referral, _ in said)
        excused = settled if who == "intake" else set()
        yield from (f"lost: {who} did not answer the acceptance of {r}" for r in accepted if not answers[r] and r not in excused)
        yield from (f"twice: {who} answered the acceptance of {r} {n} times" for r, n in answers.items() if n > 1)


def one_placement_per_need(ledger: Ledger) -> Iterable[str]:
    """A need that was announced has one placement, and no placement is about two needs."""
    placements: dict[str, set[str]] = defaultdict(set)
    for fact in ledger.of("referral.placement-requested", "referral.placement-triaged", "referral.offered"):
        placements[fact.data["need_id"]].add(fact.data["placement_id"])
    announced = Counter(fact.data["need_id"] for fact in ledger.of("intake.need-identified"))
    yield from (f"twice: need {need} was announced {n} times" for need, n in announced.items() if n > 1)
    yield from (f"lost: need {need} has no placement" for need in announced if not placements[need])
    yield from (f"twice: need {need} has {len(ids)} placements" for need, ids in placements.items() if len(ids) > 1)


def one_referral_per_reservation(ledger: Ledger) -> Iterable[str]:
    """A reserved place becomes one offer or is released; a referral is offered once and ends once."""
    offered = Counter(fact.data["referral_id"] for fact in ledger.of("referral.offered"))
    held = Counter(fact.data["reservation_id"] for fact in ledger.of("referral.offered"))
    ended = Counter(fact.data["referral_id"] for fact in ledger.of(*(f"referral.{state}" for state in ENDED)))
    yield from (f"twice: {referral} was offered {n} times" for referral, n in offered.items() if n > 1)
    yield from (f"twice: reservation {place} carries {n} offers" for place, n in held.items() if n > 1)
    yield from (f"twice: {referral} ended {n} times" for referral, n in ended.items() if n > 1)


def at_most_one_open_referral(ledger: Ledger) -> Iterable[str]:
    """Along each need's own stream: one open referral (emergency: two), one accepted at most, none moved after its end."""
    for (source, key), facts in ledger.streams.items():
        if source == "referral":
            yield from _walk(key, facts)


def places_end_once(ledger: Ledger) -> Iterable[str]:
    """A reservation is made once, and released or taken back at most once."""
    made = Counter(fact.data["reservation_id"] for fact in ledger.of("directory.place-reserved"))
    gone = Counter(fact.data["reservation_id"] for fact in ledger.of("directory.place-released", "directory.reservation-revoked"))
    yield from (f"twice: reservation {place} was made {n} times" for place, n in made.items() if n > 1)
    yield from (f"twice: reservation {place} ended {n} times" for place, n in gone.items() if n > 1)


def withdrawal_wins(ledger: Ledger) -> Iterable[str]:
    """After ConsentWithdrawn for the need no disclosure is opened and every open one is closed, in intake's own order."""
    for (source, key), facts in ledger.streams.items():
        if source != "intake":
            continue
        withdrawn, open_ones = False, set()
        for fact in facts:
            withdrawn = withdrawn or (fact.name == "intake.consent-withdrawn" and fact.data.get("referral_id") is None)
            if fact.name == "intake.disclosure-opened":
                open_ones.add(fact.data["disclosure_id"])
                if withdrawn:
                    yield f"consent: a disclosure of need {key} was opened after its withdrawal"
            if fact.name == "intake.disclosure-closed":
                open_ones.discard(fact.data["disclosure_id"])
        if withdrawn and open_ones:
            yield f"consent: need {key} is withdrawn and still has {len(open_ones)} open disclosures"


RULES: tuple[Callable[[Ledger], Iterable[str]], ...] = (
    one_answer_per_attempt,
    one_answer_per_acceptance,
    one_placement_per_need,
    one_referral_per_reservation,
    at_most_one_open_referral,
    places_end_once,
    withdrawal_wins,
)


def _attempt(fact: Fact) -> tuple[str, int]:
    return fact.data["placement_id"], fact.data["attempt"]


def _walk(need: str, facts: list[Fact]) -> Iterable[str]:
    open_now: dict[str, str] = {}
    most = 1
    for fact in facts:
        state, referral = fact.name.removeprefix("referral."), fact.data.get("referral_id")
        if state == "offered":
            most = 2 if fact.data["urgency"] == "emergency" else 1
            open_now[referral] = state
        elif state in ENDED and referral:
            if open_now.pop(referral, None) is None:
                yield f"order: {referral} of need {need} ended without being open"
        elif state in LATER and referral:
            if referral not in open_now:
                yield f"order: {referral} of need {need} is {state} without being open"
            open_now[referral] = state
        if len(open_now) > most:
            yield f"twice: need {need} has {len(open_now)} open referrals"
        if sum(state in ("accepted", "started", "held", "resumed") for state in open_now.values()) > 1:
            yield f"twice: need {need} is accepted by two"
