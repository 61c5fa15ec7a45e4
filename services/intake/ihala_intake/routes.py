"""Names of the offices that needs out of competence belong to: a copy of referral's list."""

import csv
from functools import cache
from importlib.resources import files


def route_title(code: str | None) -> dict[str, str] | None:
    """Return an office's name in three languages; None for no route, and for one that is no kind of office of the list."""
    return _titles().get(code or "")


@cache
def _titles() -> dict[str, dict[str, str]]:
    with (files("ihala_intake") / "data" / "routes.csv").open("r", encoding="utf-8") as file:
        return {row["code"]: {language: row[language] for language in ("en", "ar", "ckb")} for row in csv.DictReader(file)}
