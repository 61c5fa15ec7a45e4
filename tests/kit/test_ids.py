"""References must survive being read aloud, copied by hand and typed on an Arabic keyboard."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ihala_kit.ids import ALPHABET, new_id, normalize_reference, reference, valid_reference

references = st.builds(lambda _: reference("NIN"), st.integers())
places = st.integers(0, 7)


def body(text: str) -> str:
    return text[4:8] + text[9:]


def with_body(signs: str) -> str:
    return f"NIN-{signs[:4]}-{signs[4:]}"


def test_ids_are_uuid7_of_the_standard_library_and_rise() -> None:
    made = [new_id() for _ in range(1000)]
    assert all(type(one) is UUID and one.version == 7 for one in made)
    assert made == sorted(made)
    assert len(set(made)) == 1000


def test_no_sign_looks_like_another() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 29
    assert not set("0O1ILUS") & set(ALPHABET)


@pytest.mark.parametrize("prefix", ["", "N", "NINEW", "nin", "N1N", "NİN"])
def test_a_prefix_is_two_to_four_capitals(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        reference(prefix)


@given(references)
def test_a_new_reference_is_valid_and_normal(text: str) -> None:
    assert valid_reference(text)
    assert normalize_reference(text) == text


@given(references, places, st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_caught(text: str, place: int, sign: str) -> None:
    signs = body(text)
    other = with_body(signs[:place] + sign + signs[place + 1 :])
    assert valid_reference(other) is (other == text)


@given(references, places, places)
def test_two_swapped_signs_are_caught(text: str, one: int, two: int) -> None:
    signs = list(body(text))
    signs[one], signs[two] = signs[two], signs[one]
    other = with_body("".join(signs))
    assert valid_reference(other) is (other == text)


@given(references, st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_a_wrong_prefix_is_caught(text: str, sign: str) -> None:
    assert valid_reference("NI" + sign + text[3:]) is (sign == "N")


@given(references)
def test_what_people_type_is_understood(text: str) -> None:
    eastern = text.translate(str.maketrans("23456789", "٢٣٤٥٦٧٨٩"))
    persian = text.translate(str.maketrans("23456789", "۲۳۴۵۶۷۸۹"))
    for typed in (text.lower(), text.replace("-", ""), text.replace("-", " "), f"\u200f{text} ", text.replace("-", "–"), eastern, persian):
        assert normalize_reference(typed) == text
    assert normalize_reference(text[:4] + text[4:].replace("5", "S").replace("V", "u")) == text


@given(st.text())
def test_anything_else_is_refused_quietly(text: str) -> None:
    found = normalize_reference(text)
    assert found is None or valid_reference(found)
    assert not valid_reference(text) or normalize_reference(text) == text
