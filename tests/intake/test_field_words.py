"""Whatever is wrong with a field is said in three languages, also where the code comes from pydantic."""

import re
from pathlib import Path
from typing import get_args

import ihala_intake
import pytest
from ihala_intake.assessing.rules import Wrong
from ihala_intake.field_words import FIELD_WORDS

from tests.intake.actors import OFFICER
from tests.intake.casework import opened
from tests.intake.house import House

SOURCES = Path(ihala_intake.__file__).parent
CODES = re.compile(r"""(?:PydanticCustomError|malformed)\([^()]*?"([a-z]+_[a-z_]+)"[,)]""")
PROGRAMS_ALONE = {"identity_held_by_intake"}  # no person types these


def test_every_code_of_ours_has_words() -> None:
    found = {code for file in SOURCES.rglob("*.py") for code in CODES.findall(file.read_text("utf-8"))}
    assert len(found) > 20
    assert (found | set(get_args(Wrong))) - set(FIELD_WORDS) - PROGRAMS_ALONE == set()


@pytest.mark.parametrize(("language", "words"), [("en", "This is in the past."), ("ar", "هذا الوقت قد مضى."), ("ckb", "ئەمە ڕابردووە.")])
async def test_an_appointment_in_the_past_is_explained(house: House, language: str, words: str) -> None:
    path, body = f"/v1/cases/{await opened(house)}/appointments", {"begins_at": "2020-01-01T09:00:00+03:00", "purpose": "plan"}
    answer = await house.call("POST", path, OFFICER, body | {"officer": "o-1"}, headers={"Accept-Language": language})
    assert (answer.status, answer.body["errors"]) == (422, [{"pointer": "#/begins_at", "code": "in_the_past", "title": words}])
