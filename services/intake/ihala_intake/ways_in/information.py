"""Needs that get information and signposting alone: recorded, never placed. The words are data (data/information.json)."""

import json
from functools import cache
from importlib.resources import files

from ihala_intake.models.information import Information


def of(need_code: str) -> Information | None:
    """Return what is told about a need that gets information alone; None for any other need."""
    return _all().get(need_code)


@cache
def _all() -> dict[str, Information]:
    stored = json.loads((files("ihala_intake") / "data" / "information.json").read_text("utf-8"))
    return {code: Information(code=code, **one) for code, one in stored["needs"].items()}
