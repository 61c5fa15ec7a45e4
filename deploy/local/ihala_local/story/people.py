"""Families for the story, new ones each time. The names are common ones put together by chance, so many that two families hardly look like
one to intake; the phones cannot exist (070)."""

import random
import uuid
from dataclasses import dataclass, field
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


@dataclass
class Family:
    """A mother and her household, back from abroad, living in Telafar."""

    given: str = field(default_factory=lambda: random.choice(WOMEN))
    father: str = field(default_factory=lambda: random.choice(MEN))
    grandfather: str = field(default_factory=lambda: random.choice(MEN))
    family: str = field(default_factory=lambda: random.choice(FAMILIES))
    mother: str = field(default_factory=lambda: random.choice(WOMEN))
    phone: str = field(default_factory=lambda: f"+964700{random.randrange(10**7):07d}")
    number: str = field(default_factory=lambda: f"TLF-{uuid.uuid4().hex[:10].upper()}")

    @property
    def names(self) -> tuple[str, ...]:
        """Return what must never be seen outside intake."""
        return self.given, self.father, self.grandfather, self.family, self.mother, self.phone, self.phone.removeprefix("+964")

    def request(self, needs: list[dict[str, Any]], categories: tuple[str, ...]) -> dict[str, Any]:
        """Return the body of POST /intake/v1/requests: the person, a spoken consent, and the needs."""
        return {
            "identifiers": [{"system": "hlp-mosul", "value": self.number}],
            "person": {
                "call_name": f"أم {random.choice(CHILDREN)}",
                "given_name": self.given,
                "father_name": self.father,
                "grandfather_name": self.grandfather,
                "family_name": self.family,
                "mother_name": self.mother,
                "sex": "female",
                "birth_on": f"{random.randrange(1975, 2000)}-{random.randrange(1, 7):02d}-{random.randrange(2, 29):02d}",
                "status": "group.returnee_abroad",
                "place": TELAFAR,
                "language_spoken": "ar",
                "language_written": "ar",
                "reads": "yes",
                "phones": [{"number": self.phone, "safe_to_call": True, "safe_to_message": True, "owner": "own"}],
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
