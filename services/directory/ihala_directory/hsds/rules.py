"""Whom a service is for: HSDS's own members, and our structured rules beside them. Pure."""

from collections.abc import Mapping
from typing import Any

from ihala_kit.words import Language

from ihala_directory.hsds.parts import filled
from ihala_directory.hsds.speech import AGE_MAX, AGE_MIN, SEXES, comma, said
from ihala_directory.needs import entries

Rules = Mapping[str, Any]
RANGES = {"age": ("age_min", "age_max"), "household": ("household_min", "household_max")}
LISTS = {"sex": "sex", "statuses": "group", "languages": "language"}  # our column's name -> what the profile calls it


def eligibility(rules: Rules, entry_condition: str, language: Language) -> dict[str, Any]:
    """Return ages, a sentence, and the rules one by one: `any_of` needs one of its values to hold, `all_of` all of them."""
    shown = filled(
        minimum_age=rules.get("age_min"), maximum_age=rules.get("age_max"), eligibility_description=_sentence(rules, language) or None
    )
    return {**shown, "eligibility_rules": _rules(rules, entry_condition)}


def groups(rules: Rules) -> list[str]:
    """Return the codes of the groups of people whom it is for; none: for all."""
    return [code for code in rules.get("statuses") or () if code in entries()]


def _rules(rules: Rules, entry_condition: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, (least, most) in RANGES.items():
        limits = filled(minimum=rules.get(least), maximum=rules.get(most))
        found += [{"criterion": name, **limits}] if limits else []
    found += [{"criterion": name, "any_of": list(rules[column])} for column, name in LISTS.items() if rules.get(column)]
    if rules.get("documents"):
        found.append({"criterion": "document", "all_of": list(rules["documents"])})
    if entry_condition != "none":
        found.append({"criterion": "entry_condition", "any_of": [entry_condition]})
    return found


def _sentence(rules: Rules, language: Language) -> str:
    sex = rules.get("sex") or []
    said_groups = (said(entries()[code].names, language) for code in groups(rules))
    pieces = [
        AGE_MIN.spoken(language).format(rules["age_min"]) if rules.get("age_min") is not None else None,
        AGE_MAX.spoken(language).format(rules["age_max"]) if rules.get("age_max") is not None else None,
        SEXES[sex[0]].spoken(language) if len(sex) == 1 and sex[0] in SEXES else None,
        *said_groups,
    ]
    return comma(language).join(piece for piece in pieces if piece)
