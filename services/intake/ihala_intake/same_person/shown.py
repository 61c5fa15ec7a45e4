"""A pair as it is shown: why, in words. Pure."""

from ihala_kit.words import Language

from ihala_intake.linkage import model
from ihala_intake.models.merges import CandidateView, Reason
from ihala_intake.same_person.rules import weight
from ihala_intake.tables import MatchCandidate


def candidate_view(row: MatchCandidate, language: Language) -> CandidateView:
    """Return a pair with its reasons in words, and nothing of who the two are."""
    reasons = [Reason(code=code, words=_words(code, language), weight=_weight(row.source, code)) for code in row.reasons]
    return CandidateView.model_validate(row.model_dump(exclude={"reasons"}) | {
        "candidate_id": row.id, "person_ids": [row.person_a, row.person_b], "score": row.score_tenths / 10, "reasons": reasons,
    })  # fmt: skip


def _words(code: str, language: Language) -> str:
    words = model.words(code)
    assert words is not None, "what has no words is not written down"
    return words[language]


def _weight(source: str, code: str) -> float:
    return round(model.weight(code), 1) if source == "batch" else weight(code)
