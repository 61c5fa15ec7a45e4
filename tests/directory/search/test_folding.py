"""Letters are folded alike in Python and in SQL, whatever the text."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ihala_directory.search.stems import stem
from ihala_kit.folding import folded, table

from tests.directory.world import World

ALIKE = [
    ("أحمد", "احمد"), ("إيجار", "ايجار"), ("آمنة", "امنه"), ("مستشفى", "مستشفي"), ("مدرسة", "مدرسه"), ("قوتابخانە", "قوتابخانه"),
    ("کرێ", "كري"), ("ڕاهێنان", "راهينان"), ("پیشەیی", "بيشهيي"), ("تَلعَفَر", "تلعفر"), ("تـلـعفر", "تلعفر"), ("٠٧٧۱", "0771"),
    ("عبد الله", "عبدالله"), ("Hêmin", "hemin"), ("Tal  ‘Afar", "tal afar"), ("ﻻجئ", "لاجي"), ("in-kind", "in kind"), ("ماء", "ما"),
]  # fmt: skip
SAME_STEM = [
    ("الإيجارات", "ايجار"), ("بالمدرسة", "مدرسة"), ("للمدرسة", "مدرسه"), ("مساعدات", "مساعدة"), ("نقدية", "النقدي"),
    ("قوتابخانەکان", "قوتابخانە"), ("خانووەکان", "خانوو"), ("پشتگیریی", "پشتگیری"), ("repairing", "repairs"), ("enrollment", "enrolment"),
]  # fmt: skip
LETTERS = st.text(st.one_of(st.sampled_from(sorted(table())), st.sampled_from(" -،.'عبدابونم"), st.characters(exclude_categories=["Cs"])))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_writers_do_not_tell_apart_is_folded_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), SAME_STEM)
def test_articles_clitics_and_endings_are_taken_off(one: str, other: str) -> None:
    assert stem(folded(one)) == stem(folded(other))


async def test_sql_folds_as_python_does(world: World) -> None:
    texts = _texts()
    texts += [one for pair in ALIKE for one in pair] + sorted(table()) + ["", " ", "عبد ", "ابو بن علي", "ام عبد الله بن محمد", "\n\t"]
    rows = await world.rows("SELECT t, search_folded(t) FROM unnest(CAST(:texts AS text[])) AS t", texts=texts)
    assert len(rows) == len(texts)
    assert [(row[0], row[1]) for row in rows if row[1] != folded(row[0])] == []


def _texts() -> list[str]:
    """Return many texts that hypothesis makes, the same each time."""
    found: list[str] = []

    @settings(max_examples=1000, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(LETTERS)
    def collect(text: str) -> None:
        found.append(text.replace("\0", ""))

    collect()
    return found
