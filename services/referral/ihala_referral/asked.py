"""What was asked for, and what a receiver says came of it. Pure."""

from ihala_contracts.referral_v1 import Outcome

from ihala_referral.competence import sensitivity_of
from ihala_referral.errors import OutcomeNotAsked
from ihala_referral.tables import Placement, Referral


def outcomes(placement: Placement, referral: Referral, said: list[Outcome]) -> list[Outcome]:
    """Return the outcomes as they are kept: of a need that is restricted only how it came out, since every word would tell what it was.

    Parts of what was asked may have any word, but each is named once and none is another need: that one has a referral of its own.
    Raises OutcomeNotAsked (422).
    """
    if referral.restricted:
        results = {one.result for one in said}
        return [Outcome(item=referral.need_code, result=results.pop() if len(results) == 1 else "partly_met")]
    asked = {referral.need_code, placement.need_code}
    named: set[str] = set()
    for number, one in enumerate(said):
        if one.item in named or (one.item not in asked and sensitivity_of(one.item) is not None):
            raise OutcomeNotAsked(pointer=f"#/outcomes/{number}/item")
        named.add(one.item)
    return said
