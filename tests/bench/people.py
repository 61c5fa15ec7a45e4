"""Synthetic people, shaped as Iraq's registers are: households whose members share father, grandfather, family and phone; a second record
of some of them by another office, written down as offices do. From a seed; nobody in it exists.

The names are Faker's Arabic ones (MIT), of which the rules know nothing but what anybody's list of common names has.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate

from ihala_intake.details import PersonDetails, Phone

LATIN = dict(zip("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةآأإؤئء",
                 ["a", "b", "t", "th", "j", "h", "kh", "d", "dh", "r", "z", "s", "sh", "s", "dh", "t", "dh", "a", "gh", "f", "q", "k", "l",
                  "m", "n", "h", "w", "y", "a", "a", "a", "a", "i", "u", "i", ""], strict=True))  # fmt: skip
KURDISH = dict(zip("ثذصضطظةىي", ["س", "ز", "س", "ز", "ت", "ز", "ە", "ا", "ی"], strict=True)) | {
    "ك": "ک", "أ": "ئە", "إ": "ئی", "آ": "ئا", "ؤ": "ئو", "ئ": "ئ", "ء": "", "ه": "ه",
}  # fmt: skip
ALIKE = ["بتثن", "جحخ", "دذ", "رز", "سش", "صض", "طظ", "عغ", "فق"]
VOWELS = "اويىةآأإؤئء"
THIS_YEAR = 2026


@dataclass(frozen=True)
class Record:
    """One person as one office knows them. `how` says in which ways it was written down: kurdish, latin, 1 july, no phone …"""

    truth: int
    household: int
    details: PersonDetails
    how: frozenset[str] = frozenset()


@dataclass
class Names:
    """Where names are drawn from, some far more often than others (Zipf)."""

    male: list[str]
    female: list[str]
    family: list[str]
    weights: dict[str, list[float]] = field(default_factory=dict)  # each name's, with those before it

    def draw(self, dice: random.Random, which: str) -> str:
        """Return one."""
        names: list[str] = getattr(self, which)
        if which not in self.weights:
            self.weights[which] = list(accumulate(1 / (rank + 3) for rank in range(len(names))))
        return dice.choices(names, cum_weights=self.weights[which])[0]


def records(seed: int, persons: int, again: float, names: Names) -> Iterator[Record]:
    """Give so many persons' first records, and second ones of a share of them."""
    dice, truth, household = random.Random(seed), 0, 0
    while truth < persons:
        household += 1
        for details in _family(dice, names):
            truth += 1
            first = _taken_down(dice, details)
            yield Record(truth, household, first, _how(first))
            if dice.random() < again:
                yield _second(dice, Record(truth, household, details))


def _family(dice: random.Random, names: Names) -> Iterator[PersonDetails]:
    """Give the parents (now and then) and the children of one house."""
    father, mother, family = names.draw(dice, "male"), names.draw(dice, "female"), names.draw(dice, "family")
    grandfather, great = names.draw(dice, "male"), names.draw(dice, "male")
    phone = _phone(dice)
    born = dice.randint(1945, 1995)
    yield _person(dice, father, grandfather, great, family, names.draw(dice, "female"), "male", born, phone)
    yield _person(
        dice, mother, names.draw(dice, "male"), names.draw(dice, "male"), names.draw(dice, "family"), names.draw(dice, "female"),
        "female", born + dice.randint(-2, 12), phone,
    )  # fmt: skip
    year, taken = born + dice.randint(18, 30), {father}
    for _ in range(dice.randint(0, 6)):
        sex = dice.choice(["male", "female"])
        given = names.draw(dice, sex)
        if given in taken or year > THIS_YEAR:
            continue
        taken.add(given)
        yield _person(dice, given, father, grandfather, family, mother, sex, year, phone)
        year += dice.choices([0, 1, 2, 3, 4, 5], [2, 12, 40, 25, 12, 9])[0]


def _person(
    dice: random.Random, given: str, father: str, grandfather: str, family: str, mother: str, sex: str, year: int, phone: str
) -> PersonDetails:
    unknown_day = dice.random() < (0.45 if year < 1990 else 0.2)
    born = date(year, 7, 1) if unknown_day else date(year, dice.randint(1, 12), dice.randint(1, 28))
    return PersonDetails(
        call_name=given, given_name=given, father_name=father, grandfather_name=grandfather, family_name=family, mother_name=mother,
        sex=sex, birth_on=born, place="IQG15",
        phones=[Phone(number=phone, safe_to_call=True, safe_to_message=True, shared=True, owner="unknown")],
    )  # fmt: skip


def _phone(dice: random.Random) -> str:
    return f"+96470{dice.randint(0, 2)}{dice.randint(0, 9_999_999):07}"


def _taken_down(dice: random.Random, person: PersonDetails, *, carefully: bool = True) -> PersonDetails:
    """Return the person as one office writes them down: parts are not asked for, a day is not known."""
    careful = 1.0 if carefully else 1.6
    left_out = {"grandfather_name": 0.08, "family_name": 0.2, "mother_name": 0.25, "father_name": 0.01}
    changes: dict[str, object] = {name: None for name, share in left_out.items() if dice.random() < share * careful}
    if dice.random() < 0.25 * careful:
        changes["phones"] = []
    if dice.random() < 0.2 * careful and person.birth_on:
        changes |= {"birth_on": None, "birth_year": person.birth_on.year}
    return person.model_copy(update=changes)


def _second(dice: random.Random, record: Record) -> Record:
    """Return the same person at another office: spelt otherwise, with slips, an own phone by now, a year off."""
    details = _taken_down(dice, record.details, carefully=False)
    style = dice.choices(["arabic", "kurdish", "latin"], [82, 12, 6])[0]
    changes: dict[str, object] = {}
    for part in ("given_name", "father_name", "grandfather_name", "family_name", "mother_name"):
        text = getattr(details, part)
        if text:
            changes[part] = _respelt(dice, text, style)
    if details.phones and dice.random() < 0.15:
        changes["phones"] = [details.phones[0].model_copy(update={"number": _phone(dice)})]
    year = details.birth_on.year if details.birth_on else details.birth_year
    if year and dice.random() < 0.06:
        changes |= {"birth_on": None, "birth_year": year + dice.choice([-1, 1])}
    elif details.birth_on and dice.random() < 0.12:
        changes["birth_on"] = date(details.birth_on.year, 7, 1)
    elif details.birth_on and dice.random() < 0.03:
        changes["birth_on"] = details.birth_on.replace(day=dice.randint(1, 28))
    if dice.random() < 0.01:
        changes["sex"] = "male" if details.sex == "female" else "female"
    if dice.random() < 0.03:
        changes |= {"birth_on": None, "birth_year": None}
    details = details.model_copy(update=changes)
    return replace(record, details=details, how=_how(details) | {style, "second"})


def _how(details: PersonDetails) -> frozenset[str]:
    said = {"no phone"} if not details.phones else set()
    born = details.birth_on
    return frozenset(said | ({"1 july"} if born and (born.month, born.day) == (7, 1) else set()))


def _respelt(dice: random.Random, name: str, style: str) -> str:
    if style == "kurdish":
        return "".join(_kurdish(dice, name))
    if style == "latin":
        return _latin(dice, name)
    text = name
    for one, other in (("أ", "ا"), ("إ", "ا"), ("آ", "ا"), ("ة", "ه"), ("ى", "ي"), ("عبد ال", "عبدال"), ("ئ", "ي"), ("ؤ", "و")):
        if dice.random() < 0.35:
            text = text.replace(one, other)
    return _slip(dice, text) if dice.random() < 0.05 and len(text) > 2 else text


def _slip(dice: random.Random, text: str) -> str:
    """Return the text with one slip of the pen."""
    at, kind = dice.randrange(len(text)), dice.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    near = next((group for group in ALIKE if text[at] in group), "ابسمنلرد")
    return text[:at] + dice.choice(near) + text[at + 1 :]


def _kurdish(dice: random.Random, name: str) -> Iterator[str]:
    """Give the letters as Sorani writes Arabic names: short vowels stand between consonants."""
    for at, letter in enumerate(name):
        yield KURDISH.get(letter, letter)
        following = name[at + 1 : at + 2]
        if following and following not in VOWELS + " " and letter not in VOWELS + " " and dice.random() < 0.7:
            yield dice.choices(["ە", "و", "ی"], [86, 8, 6])[0]


def _latin(dice: random.Random, name: str) -> str:
    """Return the name as clerks write it in Latin letters."""
    said = []
    for at, letter in enumerate(name):
        sound = LATIN.get(letter, letter)
        if letter == "و" and at and dice.random() < 0.7:
            sound = dice.choice(["u", "ou", "oo"])
        if letter in "يى" and at and dice.random() < 0.7:
            sound = dice.choice(["i", "ee", "y"])
        said.append(sound)
        following = name[at + 1 : at + 2]
        if following and following not in VOWELS + " " and letter not in VOWELS + " " and dice.random() < 0.75:
            said.append(dice.choices(["a", "e", "i", "u", "o"], [50, 15, 15, 12, 8])[0])
    return "".join(said).title()
