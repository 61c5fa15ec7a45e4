"""Whether answers fit, and what they suggest: cases of the rules over the questionnaire as it is shipped, no database."""

from typing import Any

import pytest
from ihala_contracts.intake_v1 import Urgency
from ihala_intake.assessing import questionnaires, rules

SETTLED: dict[str, Any] = {
    "roof": "own", "leave_soon": False, "food_days": 0, "medicine": "no", "income": "work", "children_out_of_school": 0,
}  # fmt: skip


def shipped() -> questionnaires.Questionnaire:
    found = questionnaires.version("situation", 1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, {}),
        ({"papers_missing": ["birth", "marriage"], "back_since": "2026-01-31", "own_words": "المدرسة"}, {}),
        ({"food_days": None, "income": None}, {}),
        ({"roof": "palace"}, {"roof": "unknown_choice"}),
        ({"roof": True}, {"roof": "wrong_kind"}),
        ({"roof": "none"}, {"leave_soon": "not_asked"}),
        ({"food_days": 8}, {"food_days": "out_of_range"}),
        ({"food_days": -1}, {"food_days": "out_of_range"}),
        ({"food_days": True}, {"food_days": "wrong_kind"}),
        ({"food_days": "3"}, {"food_days": "wrong_kind"}),
        ({"leave_soon": 1}, {"leave_soon": "wrong_kind"}),
        ({"papers_missing": "birth"}, {"papers_missing": "wrong_kind"}),
        ({"papers_missing": ["birth", "birth"]}, {"papers_missing": "chosen_twice"}),
        ({"papers_missing": ["birth", "licence"]}, {"papers_missing": "unknown_choice"}),
        ({"back_since": "2026-02-30"}, {"back_since": "impossible_date"}),
        ({"back_since": "20260131"}, {"back_since": "impossible_date"}),
        ({"own_words": ["x"]}, {"own_words": "wrong_kind"}),
        ({"religion": "x"}, {"religion": "unknown_question"}),
    ],
)
def test_what_fits(changes: dict[str, Any], wrong: dict[str, str]) -> None:
    assert rules.wrong_with(shipped(), SETTLED | changes) == wrong


def test_what_was_not_asked_is_missing() -> None:
    assert rules.wrong_with(shipped(), {"roof": "none"}) == dict.fromkeys(
        ("food_days", "medicine", "income", "children_out_of_school"), "missing"
    )


@pytest.mark.parametrize(
    ("changes", "score", "urgency"),
    [
        ({}, 0, Urgency.ROUTINE),
        ({"roof": "unfit", "income": "debt"}, 7, Urgency.ROUTINE),
        ({"roof": "unfit", "income": "nothing"}, 8, Urgency.URGENT),
        ({"medicine": "cannot_wait"}, 6, Urgency.URGENT),
        ({"roof": "none", "leave_soon": None}, 8, Urgency.EMERGENCY),
        ({"roof": "unfit", "leave_soon": True, "food_days": 5, "medicine": "can_wait", "income": "nothing"}, 19, Urgency.EMERGENCY),
        ({"papers_missing": ["national_id", "birth", "marriage", "property"]}, 3, Urgency.ROUTINE),
        ({"food_days": 2, "children_out_of_school": 4}, 4, Urgency.ROUTINE),
        (dict.fromkeys(SETTLED), 0, Urgency.ROUTINE),
    ],
)
def test_what_answers_suggest(changes: dict[str, Any], score: int, urgency: Urgency) -> None:
    result = rules.result_of(shipped(), SETTLED | changes)
    assert (result.score, result.urgency) == (score, urgency)
    assert sum(reason.score for reason in result.reasons) == score


def test_every_questionnaire_can_be_asked_and_scored() -> None:
    for one in questionnaires.every():
        codes = [question.code for question in one.questions]
        assert len(set(codes)) == len(codes)
        assert 0 < one.urgent_from < one.emergency_from
        for question in one.questions:
            assert (question.kind in ("choice", "many")) is bool(question.choices)
            assert question.when is None or question.when.question in codes[: codes.index(question.code)]
            assert not question.bands or question.bands[0].at_least <= (question.min or 0)
            texts = [question.words, *(choice.words for choice in question.choices)]
            assert all(words.en and words.ar and words.ckb for words in texts)


def test_the_newest_version_is_the_one_that_is_asked() -> None:
    newest = questionnaires.newest("situation")
    assert newest is not None
    assert newest.version == max(one.version for one in questionnaires.every() if one.code == "situation")
    assert questionnaires.newest("horoscope") is None
