"""Questionnaires as data (data/questionnaires/<code>.<version>.json): a published version never changes, a newer one stands beside it."""

import json
from functools import cache
from importlib.resources import files
from typing import Literal

from ihala_contracts.intake_v1 import Urgency
from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["choice", "many", "yes_no", "number", "day", "text"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ThreeWords(_Data):
    """One text in the languages of the work."""

    en: str
    ar: str
    ckb: str


class Choice(_Data):
    """One answer to choose. `urgency`: this answer alone makes it at least so urgent."""

    code: str
    words: ThreeWords
    score: int = 0
    urgency: Urgency | None = None


class Band(_Data):
    """What a number scores from here on."""

    model_config = ConfigDict(populate_by_name=True)

    at_least: int = Field(alias="from")
    score: int


class When(_Data):
    """The question is asked only after one of these answers to another."""

    question: str
    is_one_of: list[str | bool] = Field(alias="is")


class Question(_Data):
    """One question. Nobody has to answer: `required` means that it is put to the person, null is an answer."""

    code: str
    kind: Kind
    words: ThreeWords
    required: bool = True
    when: When | None = None
    choices: list[Choice] = []
    cap: int | None = None
    yes: int = 0
    no: int = 0
    min: int | None = None
    max: int | None = None
    bands: list[Band] = []


class Questionnaire(_Data):
    """A version of a questionnaire; from which score on the whole is called urgent, or an emergency."""

    code: str
    version: int
    since: str
    review: str | None = None
    words: ThreeWords
    urgent_from: int
    emergency_from: int
    questions: list[Question]


def newest(code: str) -> Questionnaire | None:
    """Return the newest version of a questionnaire, None when there is none of that name."""
    return max((one for one in every() if one.code == code), key=lambda one: one.version, default=None)


def version(code: str, number: int) -> Questionnaire | None:
    """Return one version of a questionnaire."""
    return next((one for one in every() if (one.code, one.version) == (code, number)), None)


@cache
def every() -> tuple[Questionnaire, ...]:
    """Return all versions of all questionnaires, by code and version."""
    folder = files("ihala_intake") / "data" / "questionnaires"
    read = [Questionnaire.model_validate(json.loads(file.read_text("utf-8"))) for file in folder.iterdir() if file.name.endswith(".json")]
    return tuple(sorted(read, key=lambda one: (one.code, one.version)))
