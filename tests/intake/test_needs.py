"""The states of a need, every state with every act; no database."""

import pytest
from ihala_contracts.intake_v1 import NeedState
from ihala_intake.needs import MOVES, UNFINISHED, Act, Impossible, after, shown

N = NeedState
EXPECTED = {
    #            open         referring    unserved     served        verified      unverified      closed
    Act.OFFER: (N.REFERRING, N.REFERRING, N.REFERRING, None, None, None, None),
    Act.FIND_NOBODY: (N.UNSERVED, N.UNSERVED, N.UNSERVED, None, None, None, None),
    Act.MEET: (N.SERVED, N.SERVED, N.SERVED, None, None, None, None),
    Act.MEET_NOTHING: (N.OPEN, N.OPEN, N.OPEN, None, None, None, None),
    Act.END: (N.CLOSED, N.CLOSED, N.CLOSED, N.SERVED, N.VERIFIED, N.UNVERIFIED, N.CLOSED),
    Act.CONFIRM: (None, None, None, N.VERIFIED, N.VERIFIED, N.VERIFIED, None),
    Act.DISPUTE: (None, None, None, N.OPEN, N.OPEN, N.OPEN, None),
    Act.LOSE_SIGHT: (None, None, None, N.UNVERIFIED, None, None, None),
    Act.CLOSE: (N.CLOSED, N.CLOSED, N.CLOSED, N.CLOSED, None, None, None),
    Act.INFORM: (N.CLOSED, None, None, None, None, None, None),
    Act.WITHDRAW: (N.CLOSED, N.CLOSED, N.CLOSED, N.CLOSED, N.VERIFIED, N.UNVERIFIED, N.CLOSED),
}
STATES = (N.OPEN, N.REFERRING, N.UNSERVED, N.SERVED, N.VERIFIED, N.UNVERIFIED, N.CLOSED)


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("state", STATES)
def test_every_state_with_every_act(state: NeedState, act: Act) -> None:
    expected = EXPECTED[act][STATES.index(state)]
    if expected is None:
        with pytest.raises(Impossible):
            after(state, act)
    else:
        assert after(state, act) is expected


def test_only_the_person_verifies() -> None:
    assert {act for (_, act), to in MOVES.items() if to is N.VERIFIED} - {Act.END, Act.WITHDRAW} == {Act.CONFIRM}


def test_every_unfinished_state_has_a_way_on() -> None:
    for state in UNFINISHED:
        assert {to for (of, _), to in MOVES.items() if of is state} - {state}


@pytest.mark.parametrize(
    ("state", "word"),
    list(zip(STATES, ("received", "being_handled", "being_handled", "being_handled", "closed", "closed", "closed"), strict=True)),
)
def test_what_the_ministrys_centres_see(state: NeedState, word: str) -> None:
    assert shown(state) == word
