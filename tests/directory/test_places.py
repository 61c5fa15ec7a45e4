"""The lists of places and needs that the package carries."""

import pytest
from ihala_directory import needs
from ihala_directory.errors import UnknownPlace
from ihala_directory.places import LEVELS, folded, places


@pytest.mark.parametrize("words", ["Telafar", "tal afar", "تلعفر", "تل عفر", "تَلَعفَر", "تەلەعفەر", "TEL  AFAR"])
def test_a_place_is_found_however_it_is_written(words: str) -> None:
    assert "IQG15Q08" in [place.code for place in places().search(words, None, None, 50)]


def test_arabic_letters_that_are_written_one_for_the_other() -> None:
    assert folded("الأنبار") == folded("الانبار")
    assert folded("البصرة") == folded("البصره")
    assert folded("هەولێر") == folded("هەولير")


def test_a_town_lies_in_its_areas_and_is_none() -> None:
    mosul = next(place for place in places().search("Mosul", "town", None, 5) if place.names["en"] == "Mosul")
    assert mosul.areas == ("IQG15Q05N04", "IQG15Q05", "IQG15")
    assert (mosul.governorate, mosul.district) == ("IQG15", "IQG15Q05")
    assert places().area(mosul.code) is None


def test_search_by_level_and_area() -> None:
    found = places().search(None, "district", "IQG15", 600)
    assert len(found) == 9
    assert all(place.governorate == "IQG15" and place.level == "district" for place in found)
    assert [place.level for place in places().search(None, None, None, 1000)] == sorted(
        (place.level for place in places().search(None, None, None, 1000)), key=LEVELS.index
    )


def test_the_areas_around_a_district_are_its_parts_and_its_governorate() -> None:
    assert set(places().around("IQG15Q08")) == {"IQG15", "IQG15Q08", *(f"IQG15Q08N0{n}" for n in range(1, 5))}


@pytest.mark.parametrize("code", ["IQG99", "", "IQG15Q08 "])
def test_around_what_is_no_place_there_is_nothing_but_a_refusal(code: str) -> None:
    with pytest.raises(UnknownPlace):
        places().around(code)


def test_halabja_is_there_without_a_p_code() -> None:
    halabja = places().area("IQ-HALABJA")
    assert halabja is not None
    assert (halabja.governorate, halabja.district) == ("IQ-HALABJA", None)


def test_every_point_is_in_iraq() -> None:
    assert all(29 < place.latitude < 38 and 38 < place.longitude < 49 for place in places().search(None, None, None, 1000))


def test_needs_domains_and_groups_are_told_apart() -> None:
    assert needs.is_need("housing.hlp") and not needs.is_need("housing") and not needs.is_need("group.idp")
    assert needs.is_group("group.idp") and not needs.is_group("housing.hlp")
    assert needs.is_restricted("protection.gbv") and not needs.is_restricted("legal.advice") and not needs.is_restricted("nothing")
