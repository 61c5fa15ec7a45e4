"""The batch review's pure parts and its engine: spans of years, gate, weights, and Splink in memory alone."""

from pathlib import Path

import duckdb
import pytest
from ihala_intake.details import Document, PersonDetails, Phone
from ihala_intake.linkage import engine, model
from ihala_intake.linkage.columns import row
from ihala_intake.linkage.model import Likely
from ihala_intake.linkage.spans import NEXT, OWN, UNKNOWN, Span, spans

ZAYNAB = PersonDetails(
    call_name="زينب", given_name="زينب", father_name="خضر", grandfather_name="الياس", family_name="الخالدي", mother_name="هدية",
    sex="female", birth_year=1987,
)  # fmt: skip


def compared(*people: PersonDetails, turns: tuple[int, ...] = (), memory_gib: float = 0.5) -> list[Likely]:
    """Compare these people; all in their own turn unless told otherwise."""
    turns = turns or (OWN,) * len(people)
    return engine.likely([engine.packed([row(number, turns[number], one) for number, one in enumerate(people)])], memory_gib)


def like(**changes: object) -> PersonDetails:
    return ZAYNAB.model_copy(update=changes)


@pytest.mark.parametrize("at_once", [1, 7, 20, 1_000])
@pytest.mark.parametrize("unknown", [0, 3])
def test_any_two_who_are_a_year_apart_at_most_are_compared_once(at_once: int, unknown: int) -> None:
    people: dict[int | None, int] = {1950: 4, 1951: 2, 1952: 9, 1960: 1, 1961: 1, 1962: 1, 1990: 30} | ({None: unknown} if unknown else {})
    found = list(spans(people, at_once))
    for one in people:
        for other in people:
            near = one is None or other is None or abs(one - other) <= 1
            turns = [{span.turn(one), span.turn(other)} for span in found]
            together = sum(OWN in pair and None not in pair for pair in turns)
            assert together == 1 if near else together <= 1, (one, other)


def test_a_span_holds_no_more_than_fits_unless_one_year_does_not() -> None:
    people: dict[int | None, int] = dict.fromkeys(range(1950, 2000), 10) | {None: 5, 2001: 500}
    for span in spans(people, 60):
        held = sum(count for year, count in people.items() if span.turn(year) is not None)
        assert held <= 60 or span.first == span.last


def test_a_review_goes_on_after_the_years_that_are_done() -> None:
    people: dict[int | None, int] = dict.fromkeys(range(1950, 1960), 10) | {None: 5}
    every = list(spans(people, 30))
    assert list(spans(people, 30, after=every[2].last)) == every[3:]
    assert [span.turn(1952) for span in (Span(1950, 1951), Span(1950, 1950), Span(1952, 1953))] == [NEXT, None, OWN]
    assert Span(1950, 1951).turn(None) == UNKNOWN
    assert Span(None, None).turn(1950) is None


@pytest.mark.parametrize(
    ("codes", "opens"),
    [
        ({"given.same", "birth.year"}, True),
        ({"given.same", "birth.near"}, True),
        ({"given.same"}, True),
        ({"given.near", "birth.day"}, True),
        ({"given.near", "birth.near"}, False),
        ({"given.same", "birth.apart"}, False),
        ({"given.other", "birth.day", "father.same", "mother.same", "phone.same"}, False),
        ({"given.other", "birth.apart", "document.same"}, True),
    ],
)
def test_who_shares_all_but_the_name_or_the_year_never_passes_the_gate(codes: set[str], opens: bool) -> None:
    assert model.gate(codes) is opens


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"given_name": "زەینەب", "father_name": "خدر", "grandfather_name": "ئیلیاس", "family_name": None, "mother_name": None},
        {"given_name": "Zaynab", "father_name": "Khidhr", "grandfather_name": "Elias", "family_name": None, "mother_name": None},
        {"given_name": "زينبب"},
        {"birth_year": 1988},
        {"birth_year": None},
    ],
    ids=["the same", "kurdish", "latin", "a slip", "a year off", "no year"],
)
def test_spellings_and_slips_do_not_hide_a_person(said: dict[str, object]) -> None:
    [pair] = compared(ZAYNAB, like(**said))
    assert {pair.one, pair.other} == {0, 1}
    assert model.level(pair.weight) is not None
    assert pair.weight == pytest.approx(sum(map(model.weight, (model.GATE, *pair.codes))), abs=1e-4)


@pytest.mark.parametrize(
    "said",
    [
        {"given_name": "مريم"},
        {"birth_year": 1989},
        {"given_name": "زينة", "birth_year": 1988},
        {"father_name": "محمود", "mother_name": "خولة"},
    ],
    ids=["sister", "years apart", "sister a year apart", "a namesake"],
)
def test_kin_and_namesakes_are_left_alone(said: dict[str, object]) -> None:
    phone = Phone(number="+9647701234567", safe_to_call=True, safe_to_message=True, shared=True, owner="shared")
    assert compared(like(phones=[phone]), like(**({"phones": [phone], "grandfather_name": None, "family_name": None} | said))) == []


def test_a_paper_of_ones_own_finds_whoever_has_it() -> None:
    paper = Document(kind="national_id", number="1987 0001-2345")
    [pair] = compared(like(documents=[paper]), like(documents=[paper.model_copy(update={"number": "198700012345"})], given_name="زينة بنت"))
    assert "document.same" in pair.codes


def test_two_of_whom_neither_is_at_home_in_a_span_are_not_compared_there() -> None:
    assert len(compared(ZAYNAB, ZAYNAB, turns=(OWN, NEXT))) == 1
    assert len(compared(ZAYNAB, ZAYNAB, turns=(OWN, UNKNOWN))) == 1
    assert compared(ZAYNAB, ZAYNAB, turns=(NEXT, UNKNOWN)) == []


def test_what_does_not_fit_in_memory_is_an_error_and_never_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MemoryError):
        compared(*(like(father_name=None) for _ in range(3_000)), memory_gib=0.02)
    assert list(tmp_path.iterdir()) == []


def test_the_database_has_no_way_out(tmp_path: Path) -> None:
    with engine.in_memory(0.1) as connection:
        for statement in (
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/out.db'",
            "INSTALL httpfs",
            "SET temp_directory = '.'",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
    assert list(tmp_path.iterdir()) == []


def test_what_is_told_of_a_pair_has_words_in_three_languages() -> None:
    every = [f"{name}.{how}" for name, levels in model.model()["levels"].items() for how, *_ in levels]
    shown = model.told(every)
    assert shown[0] == model.GATE
    assert all(set(model.words(code) or {}) == {"en", "ar", "ckb"} for code in shown)
    silent = [code for code in every if code not in shown]
    assert all(abs(model.weight(code)) < 0.1 for code in silent if not code.endswith(".unsure")), silent
