"""The services that search is measured on: made from a seed, the same each time, in three languages and as people write them.

Names come from search_names.csv, several ways to say a need a language; a part carries a group or a place, a part is written without
hamza, with ه for ة, with Arabic letters in Kurdish, or in fewer languages. Some organisations are called after something they do not do,
and some services name two needs but meet one: such names lead words astray and codes do not.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ihala_directory.needs import is_restricted
from ihala_directory.places import Place, places

NAMES = Path(__file__).with_name("search_names.csv")
SEED = 20_261_122
KINDS = ("rgc", "hlp", "lmrc", "state", "cso", "nngo", "ingo", "io")
TAGS = ("ar", "ckb", "en")
ACCESSIBILITY = ("wheelchair", "female_staff", "sign_language", "ground_floor")
GROUPS = (
    {"ar": "للنساء", "ckb": "بۆ ژنان", "en": "for women"},
    {"ar": "للعائدين", "ckb": "بۆ گەڕاوەکان", "en": "for returnees"},
    {"ar": "للنازحين", "ckb": "بۆ ئاوارەکان", "en": "for displaced people"},
    {"ar": "للشباب", "ckb": "بۆ گەنجان", "en": "for young people"},
)
OF = {"ar": "{} في {}", "ckb": "{} لە {}", "en": "{} in {}"}
FIRST = (
    {"ar": "منظمة", "ckb": "ڕێکخراوی", "en": "Organisation"},
    {"ar": "جمعية", "ckb": "کۆمەڵەی", "en": "Association"},
    {"ar": "مؤسسة", "ckb": "دامەزراوەی", "en": "Foundation"},
    {"ar": "مركز", "ckb": "سەنتەری", "en": "Centre"},
)
SECOND = (
    {"ar": "الأمل", "ckb": "هیوا", "en": "Hope"},
    {"ar": "الرافدين", "ckb": "دوو ڕووبار", "en": "Two Rivers"},
    {"ar": "السلام", "ckb": "ئاشتی", "en": "Peace"},
    {"ar": "النخيل", "ckb": "دارخورما", "en": "Palm"},
    {"ar": "بيت الطعام", "ckb": "ماڵی نان", "en": "House of Bread"},  # does whatever it does, not food
    {"ar": "المدرسة الحرة", "ckb": "قوتابخانەی ئازاد", "en": "Free School"},
    {"ar": "الماء والحياة", "ckb": "ئاو و ژیان", "en": "Water and Life"},
    {"ar": "الإيجار العادل", "ckb": "کرێی دادپەروەر", "en": "Fair Rent"},
    {"ar": "نور", "ckb": "ڕووناکی", "en": "Light"},
    {"ar": "زاكروس", "ckb": "زاگرۆس", "en": "Zagros"},
    {"ar": "دجلة", "ckb": "دیجلە", "en": "Tigris"},
    {"ar": "عشتار", "ckb": "عەشتار", "en": "Ishtar"},
)
UNHAMZATED = str.maketrans("أإآىة", "ااايه")
ARABIC_LETTERS = str.maketrans("کیە", "كيه")


@dataclass(frozen=True)
class Org:
    """One organisation."""

    id: UUID
    kind: str
    names: dict[str, str]


@dataclass(frozen=True)
class Entry:
    """One service at one location; `needs` are what it meets, the first gave it its name."""

    id: UUID
    at_id: UUID
    location_id: UUID
    org: Org
    needs: tuple[str, ...]
    names: dict[str, str]
    place: Place
    areas: tuple[str, ...]
    languages: tuple[str, ...]
    accessibility: tuple[str, ...]
    point: tuple[float, float]
    restricted: bool


def corpus(size: int) -> Iterator[Entry]:
    """Yield `size` services of size / 10 organisations."""
    chance = random.Random(SEED)
    names = _names()
    codes = list(names)
    weights = [0.25 if is_restricted(code) or code == "other" else 1.0 for code in codes]
    districts = list(places().search(None, "district", None, 1000))
    districts.append(_known("IQ-HALABJA"))
    orgs = [_org(chance) for _ in range(size // 10)]
    for _ in range(size):
        yield _entry(chance, names, chance.choices(codes, weights)[0], chance.choice(districts), chance.choice(orgs))


def _names() -> dict[str, dict[str, list[str]]]:
    with NAMES.open(encoding="utf-8", newline="") as file:
        return {row["code"]: {tag: row[tag].split("|") for tag in TAGS} for row in csv.DictReader(file)}


def _known(code: str) -> Place:
    found = places().get(code)
    assert found is not None
    return found


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _org(chance: random.Random) -> Org:
    first, second = chance.choice(FIRST), chance.choice(SECOND)
    number = chance.randrange(1, 400)
    return Org(_id(chance), chance.choice(KINDS), {tag: f"{first[tag]} {second[tag]} {number}" for tag in TAGS})


def _entry(chance: random.Random, names: dict[str, dict[str, list[str]]], need: str, district: Place, org: Org) -> Entry:
    restricted = is_restricted(need)
    more = [code for code in chance.sample(list(names), 2) if not is_restricted(code)] if chance.random() < 0.15 else []
    parts = places().search(None, "sub-district", district.code, 100) if district.level == "district" else []
    place = chance.choice(parts) if parts and chance.random() < 0.5 else district
    shift = chance.uniform(-0.05, 0.05), chance.uniform(-0.05, 0.05)
    return Entry(
        id=_id(chance), at_id=_id(chance), location_id=_id(chance), org=org, needs=tuple(dict.fromkeys([need, *more])),
        names=_written(chance, names, need, district), place=place, areas=_areas(chance, district),
        languages=tuple(sorted(chance.sample(TAGS, chance.randrange(1, 4)))),
        accessibility=tuple(sorted(chance.sample(ACCESSIBILITY, chance.randrange(0, 3)))),
        point=(place.latitude + shift[0], place.longitude + shift[1]), restricted=restricted,
    )  # fmt: skip


def _areas(chance: random.Random, district: Place) -> tuple[str, ...]:
    if chance.random() < 0.25:
        return (district.governorate,)
    beside = [one.code for one in places().search(None, "district", district.governorate, 100) if one.code != district.code]
    return (district.code, *(chance.sample(beside, 1) if beside and chance.random() < 0.15 else ()))


def _written(chance: random.Random, names: dict[str, dict[str, list[str]]], need: str, district: Place) -> dict[str, str]:
    """Return the name in one to three languages, more or less as a dictionary would write it."""
    tags = chance.choices([TAGS, ("ar",), ("ckb",), ("en",), ("ar", "en")], [55, 15, 10, 10, 10])[0]
    group = chance.choice(GROUPS) if chance.random() < 0.2 else None
    with_place, careless = chance.random() < 0.15, chance.random() < 0.2
    astray = chance.choice(list(names)) if chance.random() < 0.05 else None
    made = {}
    for tag in tags:
        name = chance.choice(names[need][tag])
        if astray:  # it mentions something that it does not do
            name += {"ar": " (لا يشمل {})", "ckb": " (بێ {})", "en": " (not {})"}[tag].format(names[astray][tag][0])
        if group:
            name += " " + group[tag]
        if with_place and tag in district.names:
            name = OF[tag].format(name, district.names[tag])
        if careless:
            name = name.translate(UNHAMZATED if tag == "ar" else ARABIC_LETTERS) if tag != "en" else name.lower()
        made[tag] = name
    return made
