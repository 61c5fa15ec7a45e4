"""Every state x act x party, against the table of domain section 5 written down once more; without a database."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import Sensitivity, Urgency
from ihala_referral import clock, lifecycle
from ihala_referral.clock import What
from ihala_referral.errors import MoveNotAllowed
from ihala_referral.guards import Situation
from ihala_referral.policy import current
from ihala_referral.states import ENDED, OPEN, Act, Owner, Party, PlacementState, State, Step
from ihala_referral.tables import Placement, Referral

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
C, P, S = Party.COORDINATOR, Party.PROVIDER, Party.SYSTEM
LETTERS = dict(zip("OCPBDS", Party, strict=True))

# from, act, to, by: as the domain says it, where every guard holds.
DOMAIN = """
offered                                     acknowledge  acknowledged      P
offered acknowledged waitlisted             accept       accepted          P
offered acknowledged waitlisted             decline      declined          P
offered acknowledged                        ask          info_requested    P
info_requested                              answer       acknowledged      O C S
offered acknowledged                        waitlist     waitlisted        P
accepted                                    start        in_service        P
accepted                                    release      declined          P
offered acknowledged info_requested waitlisted  fail     failed            C S
accepted in_service on_hold                 fail         failed            P C S
in_service                                  hold         on_hold           P C
on_hold                                     resume       in_service        P C S
in_service                                  complete     completed         P
offered acknowledged info_requested waitlisted accepted in_service on_hold   withdraw   withdrawn   B
offered acknowledged info_requested waitlisted  cancel   cancelled         O C S
accepted in_service on_hold                 cancel       cancelled         C
offered acknowledged waitlisted             expire       expired           S
waitlisted                                  review       waitlisted        P
in_service                                  review       in_service        P
offered acknowledged info_requested waitlisted accepted in_service on_hold  redact  entered_in_error  D
completed declined expired withdrawn cancelled failed                       redact  entered_in_error  D
"""


def table() -> dict[tuple[State, Act, Party], State]:
    found = {}
    for line in DOMAIN.strip().splitlines():
        words = line.split()
        at = next(n for n, word in enumerate(words) if word in set(Act))
        for state, party in product(words[:at], words[at + 2 :]):
            found[State(state), Act(words[at]), LETTERS[party]] = State(words[at + 1])
    return found


EXPECTED = table()


def placement(state: PlacementState = PlacementState.OFFERING, **more: object) -> Placement:
    good = {
        "id": uuid4(), "state": state, "policy_version": 1, "urgency": Urgency.ROUTINE, "match_settled": True, "version": 1,
        "owner": Owner.PROVIDER, "sensitivity": Sensitivity.STANDARD, "due_at": None,
    }  # fmt: skip
    return Placement(**good | more)


def referral(state: State, **more: object) -> Referral:
    """Return a referral for which every guard holds."""
    good = {
        "id": uuid4(), "state": state, "reservation_id": uuid4(), "rounds": 0, "answer_by": NOW, "resume_by": NOW, "review_at": NOW,
        "allows_waitlist": True, "expires_at": NOW, "fired": [What.LEVEL_3.value], "version": 1, "lane": 1,
        "urgency": Urgency.ROUTINE, "owner": Owner.PROVIDER,
    }  # fmt: skip
    return Referral(**good | more)


def situation(*referrals: Referral, now: datetime = NOW) -> Situation:
    return Situation(placement(), list(referrals), now)


@pytest.mark.parametrize("state", State)
def test_every_act_of_every_party_leads_where_the_domain_says_or_is_refused(state: State) -> None:
    for act, party in product(Act, Party):
        one = referral(state)
        around = situation(one)
        expected = EXPECTED.get((state, act, party))
        if expected is None:
            with pytest.raises(MoveNotAllowed) as refused:
                lifecycle.move(around, one, act, party)
            assert refused.value.members["moves"] == [a for a in Act if (state, a, party) in EXPECTED]
            assert (one.state, one.version) == (state, 1)
        else:
            assert lifecycle.move(around, one, act, party) is state
            assert (one.state, one.version, one.moved_at) == (expected, 2, NOW)
            assert (one.ended_at is None) == (expected in OPEN)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_ended_states_never_change_but_by_redaction(state: State) -> None:
    allowed = lifecycle.allowed(situation(referral(state)), referral(state), set(Party))
    assert allowed == ([] if state is State.ENTERED_IN_ERROR else [Act.REDACT])


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_state_has_an_owner_and_a_next_instant(state: State) -> None:
    """Whatever leads into a state sets its clock: the functions of clock.py that the moves call."""
    one = Referral(id=uuid4(), state=state, fired=[], urgency=Urgency.ROUTINE, rounds=0)
    timing, policy = current(NOW.date()).of(Urgency.ROUTINE), current(NOW.date())
    clock.start_offer(one, timing, NOW)
    match state:
        case State.INFO_REQUESTED:
            clock.rest(one, timing, NOW)
        case State.WAITLISTED:
            clock.wait(one, policy, NOW + timedelta(days=90), NOW)
        case State.ACCEPTED:
            clock.start_contact(one, timing, NOW, NOW)
        case State.IN_SERVICE:
            clock.serve(one, policy, NOW)
        case State.ON_HOLD:
            one.resume_by = NOW + timedelta(days=5)
    around = placement()
    clock.wind(around, [one])
    assert one.owner is not None
    assert one.next_at is not None and one.next_at > NOW
    assert around.next_at == one.next_at


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_state_still_has_an_instant_when_all_but_the_last_were_dealt_with(state: State, urgency: Urgency) -> None:
    one = Referral(id=uuid4(), state=state, fired=[], urgency=urgency, rounds=0, review_at=NOW, answer_by=NOW, resume_by=NOW)
    clock.start_offer(one, current(NOW.date()).of(urgency), NOW)
    ahead = clock.instants(one)
    one.fired = [instant.what.value for instant in ahead[:-1]]
    [last] = clock.instants(one)
    assert last.what in {What.EXPIRE, What.GIVE_UP, What.ANSWER, What.REVIEW, What.RESUME}


def test_ended_ones_have_neither() -> None:
    one = referral(State.COMPLETED, next_at=NOW)
    around = placement(PlacementState.ENDED, next_at=NOW)
    clock.wind(around, [one])
    assert (one.owner, one.next_at, around.next_at) == (None, None, None)


# Guards, one by one: what must hold beyond state and party.


def test_a_revoked_reservation_cannot_be_accepted_but_a_waiting_list_holds_none() -> None:
    offered, waiting = referral(State.OFFERED, reservation_id=None), referral(State.WAITLISTED, reservation_id=None)
    assert not lifecycle.may(situation(offered), offered, Act.ACCEPT, P)
    assert lifecycle.may(situation(waiting), waiting, Act.ACCEPT, P)


@pytest.mark.parametrize("taken", [State.ACCEPTED, State.IN_SERVICE, State.ON_HOLD])
def test_nothing_is_accepted_beside_an_accepted_one(taken: State) -> None:
    one = referral(State.OFFERED)
    assert not lifecycle.may(situation(one, referral(taken, lane=2)), one, Act.ACCEPT, P)
    assert lifecycle.may(situation(one, referral(State.ACKNOWLEDGED, lane=2)), one, Act.ACCEPT, P)


def test_a_suspended_receiver_cannot_accept() -> None:
    one = referral(State.OFFERED)
    around = situation(one)
    around.receiver_active = False
    assert Act.ACCEPT not in lifecycle.allowed(around, one, {P})


def test_two_questions_and_no_third() -> None:
    assert lifecycle.may(situation(), referral(State.OFFERED, rounds=1), Act.ASK, P)
    assert not lifecycle.may(situation(), referral(State.OFFERED, rounds=2), Act.ASK, P)


def test_a_service_without_a_waiting_list_has_none() -> None:
    assert not lifecycle.may(situation(), referral(State.OFFERED, allows_waitlist=False), Act.WAITLIST, P)


@pytest.mark.parametrize(("act", "state"), [(Act.ANSWER, State.INFO_REQUESTED), (Act.RESUME, State.ON_HOLD)])
def test_the_clock_comes_never_early_where_a_party_may_at_any_time(act: Act, state: State) -> None:
    later = NOW + timedelta(seconds=1)
    one = referral(state, answer_by=later, resume_by=later)
    assert not lifecycle.may(situation(one), one, act, S)
    assert lifecycle.may(situation(one), one, act, C)
    assert lifecycle.may(situation(one, now=later), one, act, S)


@pytest.mark.parametrize("state", [State.OFFERED, State.ACKNOWLEDGED])
def test_expiry_is_never_before_its_deadline_nor_before_the_third_level(state: State) -> None:
    early = referral(state, expires_at=NOW + timedelta(microseconds=1))
    unheard = referral(state, fired=[What.LEVEL_1.value, What.LEVEL_2.value])
    assert not lifecycle.may(situation(early), early, Act.EXPIRE, S)
    assert not lifecycle.may(situation(unheard), unheard, Act.EXPIRE, S)


def test_a_caller_who_is_several_parties_acts_as_the_one_that_may() -> None:
    one = referral(State.ACCEPTED)
    assert lifecycle.party_for(situation(one), one, Act.START, frozenset({Party.ORIGIN, C, P})) is P
    with pytest.raises(MoveNotAllowed) as refused:
        lifecycle.party_for(situation(one), one, Act.START, frozenset({Party.ORIGIN, C}))
    assert refused.value.members["moves"] == [Act.FAIL, Act.CANCEL]


# The placement around it.

T, G, F, L, U, E = PlacementState
STEPS = {
    (T, Step.PLACE, C): G, (T, Step.REJECT, C): E, (T, Step.END, S): E,
    (G, Step.OFFER, S): F, (G, Step.NONE_FOUND, S): U, (G, Step.NEXT, S): G, (G, Step.TRIAGE, S): T, (G, Step.END, S): E,
    (F, Step.OFFER, S): F, (F, Step.ACCEPT, S): L, (F, Step.NEXT, S): G, (F, Step.TRIAGE, S): T, (F, Step.END, S): E,
    (L, Step.NEXT, S): G, (L, Step.TRIAGE, S): T, (L, Step.END, S): E,
    (U, Step.PLACE, C): G, (U, Step.PLACE, S): G, (U, Step.TRIAGE, S): T, (U, Step.END, S): E,
    (E, Step.REOPEN, S): T,
}  # fmt: skip


@pytest.mark.parametrize("state", PlacementState)
def test_every_step_of_every_party_leads_where_the_domain_says_or_is_refused(state: PlacementState) -> None:
    for step, party in product(Step, Party):
        around = Situation(placement(state), [], NOW)
        expected = STEPS.get((state, step, party))
        if expected is None:
            with pytest.raises(MoveNotAllowed):
                lifecycle.advance(around, step, party)
            assert (around.placement.state, around.placement.version) == (state, 1)
        else:
            assert lifecycle.advance(around, step, party) is state
            assert (around.placement.state, around.placement.version, around.placement.state_at) == (expected, 2, NOW)


def test_a_placement_is_not_taken_from_under_an_open_referral() -> None:
    for state, step in product((F, L), (Step.NEXT, Step.TRIAGE, Step.END)):
        around = Situation(placement(state), [referral(State.ACCEPTED)], NOW)
        assert not lifecycle.may_step(around, step, S)


def test_a_doubtful_match_is_settled_before_anything_is_placed() -> None:
    assert lifecycle.steps(Situation(placement(T, match_settled=False), [], NOW), {C}) == [Step.REJECT]


def test_a_coordinator_asks_again_only_when_directory_has_not_answered_in_time() -> None:
    assert lifecycle.steps(Situation(placement(G, owner=Owner.DIRECTORY), [], NOW), {C}) == []
    assert lifecycle.steps(Situation(placement(G, owner=Owner.COORDINATOR), [], NOW), {C}) == [Step.PLACE]
