"""What is read to a person before they tell their story: our words, versioned, in three languages. Pure."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ihala_kit.words import Language

from ihala_intake.models.reports import ScriptView


def version() -> str:
    """Return the version of the script in force."""
    return str(_script()["version"])


def script(language: Language, reporting_duty: Mapping[str, str]) -> ScriptView:
    """Return the script in `language`, with what the office must report by law; in Arabic where it did not say that in this language."""
    duty = reporting_duty.get(language) or reporting_duty.get("ar")
    return ScriptView(version=version(), language=language, paragraphs=_script()["paragraphs"][language], reporting_duty=duty)


@cache
def _script() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads((files("ihala_intake") / "data" / "consent_script.json").read_text("utf-8"))
    return found
