"""Whether answers fit a questionnaire, and how urgent they say it is. Pure: only ever a suggestion, with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ihala_contracts.intake_v1 import Urgency

from ihala_intake.assessing.questionnaires import Choice, Question, Questionnaire

Given = bool | int | str | Sequence[str] | None
Wrong = Literal[
    "missing", "unknown_question", "not_asked", "wrong_kind", "unknown_choice", "chosen_twice", "out_of_range", "impossible_date"
]  # fmt: skip
_ORDER = (Urgency.ROUTINE, Urgency.URGENT, Urgency.EMERGENCY)


@dataclass(frozen=True)
class Reason:
    """What one answer adds, and how urgent it makes things by itself."""

    question: str
    score: int
    urgency: Urgency | None = None


@dataclass(frozen=True)
class Result:
    """What the answers say."""

    score: int
    urgency: Urgency
    reasons: tuple[Reason, ...]


def wrong_with(questionnaire: Questionnaire, answers: Mapping[str, Given]) -> dict[str, Wrong]:
    """Return what is wrong with which answer, by question; empty when all fit. Null is an answer: the person did not want to say."""
    known = {question.code: question for question in questionnaire.questions}
    found: dict[str, Wrong] = {code: "unknown_question" for code in answers if code not in known}
    for question in questionnaire.questions:
        wrong = _wrong(question, answers)
        doubted = question.when is not None and question.when.question in found  # what it hangs on is wrong itself
        if wrong is not None and not (wrong in ("not_asked", "missing") and doubted):
            found[question.code] = wrong
    return found


def result_of(questionnaire: Questionnaire, answers: Mapping[str, Given]) -> Result:
    """Return score, suggested urgency and reasons of answers that fit."""
    reasons = [_reason(question, answers.get(question.code)) for question in questionnaire.questions]
    score = sum(reason.score for reason in reasons)
    of_score = Urgency.EMERGENCY if score >= questionnaire.emergency_from else Urgency.ROUTINE
    of_score = Urgency.URGENT if of_score is Urgency.ROUTINE and score >= questionnaire.urgent_from else of_score
    urgency = max([of_score, *(reason.urgency for reason in reasons if reason.urgency)], key=_ORDER.index)
    return Result(score, urgency, tuple(reason for reason in reasons if reason.score or reason.urgency))


def is_asked(question: Question, answers: Mapping[str, Given]) -> bool:
    """Tell whether a question is put to the person after these answers."""
    return question.when is None or answers.get(question.when.question) in question.when.is_one_of


def _wrong(question: Question, answers: Mapping[str, Given]) -> Wrong | None:
    if question.code not in answers:
        return "missing" if question.required and is_asked(question, answers) else None
    if not is_asked(question, answers):
        return "not_asked"
    given = answers[question.code]
    return None if given is None else _misfit(question, given)


def _misfit(question: Question, given: bool | int | str | Sequence[str]) -> Wrong | None:
    choices = {choice.code for choice in question.choices}
    match question.kind, given:
        case "yes_no", bool():
            return None
        case "choice", str():
            return None if given in choices else "unknown_choice"
        case "many", list():
            return "unknown_choice" if set(given) - choices else "chosen_twice" if len(set(given)) < len(given) else None
        case "number", int() if not isinstance(given, bool):
            low, high = question.min, question.max
            return "out_of_range" if (low is not None and given < low) or (high is not None and given > high) else None
        case "day", str():
            return None if _is_day(given) else "impossible_date"
        case "text", str():
            return None
    return "wrong_kind"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _reason(question: Question, given: Given) -> Reason:
    if given is None:
        return Reason(question.code, 0)
    if isinstance(given, bool):
        return Reason(question.code, question.yes if given else question.no)
    if isinstance(given, int):
        reached = [band for band in question.bands if band.at_least <= given]
        return Reason(question.code, max(reached, key=lambda band: band.at_least).score if reached else 0)
    chosen = _chosen(question, [given] if isinstance(given, str) else given)
    score = sum(choice.score for choice in chosen)
    urgency = max((choice.urgency for choice in chosen if choice.urgency), key=_ORDER.index, default=None)
    return Reason(question.code, score if question.cap is None else min(score, question.cap), urgency)


def _chosen(question: Question, codes: Sequence[str]) -> list[Choice]:
    return [choice for choice in question.choices if choice.code in codes]
