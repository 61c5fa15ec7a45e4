"""Families for the story, new ones each time; the phones cannot exist (070).

The names are common ones, dealt so that two of thousands of families never look like one to intake: by chance alone one pair in a few
hundred families would (a birthday paradox), and their second request would rightly wait for an officer's look.
"""

import itertools
import random
import re
import uuid
from dataclasses import astuple, dataclass, field
from datetime import date
from typing import Any

WOMEN = (
    "زينب", "هدى", "نور", "رحمة", "شيماء", "إسراء", "أمل", "سعاد", "بتول", "جنان", "رغد", "سندس", "عبير", "غفران", "ميسون", "نجلاء",
    "ياسمين", "أزهار", "تبارك", "ضحى", "سهام", "هناء",
)  # fmt: skip
MEN = (
    "أحمد", "علي", "محمود", "يونس", "خالد", "سالم", "إدريس", "عماد", "حازم", "جاسم", "ثامر", "نوفل", "رافع", "لقمان", "نزار", "وضاح",
    "يعرب", "زهير", "شاكر",
)  # fmt: skip
CHILDREN = ("ياسر", "مريم", "حسن", "رنا", "سيف", "دعاء")
FAMILIES = ("التلعفري", "الحمداني", "الجبوري", "النعيمي", "العبيدي", "الزبيدي")
TELAFAR = "IQG15Q08"
FIRST_YEAR, YEARS = 1975, 25


@dataclass(frozen=True)
class Person:
    """What a mother is called, after whom, and when she was born (never 1 July, which says that nobody knows the day)."""

    given: str
    father: str
    grandfather: str
    family: str
    mother: str
    born: date


def dealt(number: int) -> Person:
    """Return one of thousands. Who shares the given name with another shares neither the day of birth nor two of the other names."""
    turn, given = divmod(number, len(WOMEN))
    again, father = divmod(turn, len(MEN))
    grandfather, mother = MEN[(father + again + 1) % len(MEN)], WOMEN[(given + turn + 1) % len(WOMEN)]
    born = date(FIRST_YEAR + number % YEARS, 1 + number // YEARS % 6, 1 + number // YEARS // 6 % 28)
    return Person(WOMEN[given], MEN[father], grandfather, FAMILIES[turn % len(FAMILIES)], mother, born)


_numbers = itertools.count(random.randrange(len(WOMEN) * len(MEN) * len(MEN)))


@dataclass
class Family:
    """A mother and her household, back from abroad, living in Telafar."""

    she: Person = field(default_factory=lambda: dealt(next(_numbers)))
    phone: str = field(default_factory=lambda: f"+964700{random.randrange(10**7):07d}")
    number: str = field(default_factory=lambda: f"TLF-{uuid.uuid4().hex[:10].upper()}")
    language: str = "ar"  # in which they read
    reads: str = "yes"
    email: str = ""

    @property
    def given(self) -> str:
        """Return the mother's own name."""
        return self.she.given

    @property
    def names(self) -> tuple[str, ...]:
        """Return what must never be seen outside intake."""
        given = (name for name in astuple(self.she) if isinstance(name, str))
        return *given, self.phone, self.phone.removeprefix("+964"), *filter(None, [self.email])

    def shown_in(self, text: str) -> bool:
        """Tell whether a text shows who they are. By whole words: many a name is also a part of an everyday word."""
        return not set(re.findall(r"\+?\w+", text)).isdisjoint(self.names)

    def request(self, needs: list[dict[str, Any]], categories: tuple[str, ...]) -> dict[str, Any]:
        """Return the body of POST /intake/v1/requests: the person, a spoken consent, and the needs."""
        return {
            "identifiers": [{"system": "hlp-mosul", "value": self.number}],
            "person": {
                "call_name": f"أم {random.choice(CHILDREN)}",
                "given_name": self.she.given,
                "father_name": self.she.father,
                "grandfather_name": self.she.grandfather,
                "family_name": self.she.family,
                "mother_name": self.she.mother,
                "sex": "female",
                "birth_on": self.she.born.isoformat(),
                "status": "group.returnee_abroad",
                "place": TELAFAR,
                "language_spoken": "ar",
                "language_written": self.language,
                "reads": self.reads,
                "phones": [{"number": self.phone, "safe_to_call": True, "safe_to_message": True, "owner": "own"}],
                "other_ways": [{"kind": "email", "address": self.email, "own": True, "safe_to_message": True}] if self.email else [],
            },
            "household": {
                "size": 4,
                "members": [{"call_name": name, "role": "child", "birth_year": 2016} for name in random.sample(CHILDREN, 2)],
            },
            "consent": {
                "given": True,
                "categories": list(categories),
                "language": "ar",
                "how": "spoken",
                "recorded_by": "hlp-officer-7",
            },
            "needs": needs,
        }
