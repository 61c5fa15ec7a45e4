"""What is sealed, as it lies inside: everything that tells something about a person."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

ADULT_FROM_YEARS = 18


class _Sealed(BaseModel):
    """Base: an older form stays readable, since what it lacks has a default and what it has too much is ignored."""

    model_config = ConfigDict(extra="ignore")


class Phone(_Sealed):
    """A way to reach a person; `number` is E.164."""

    number: str
    safe_to_call: bool
    safe_to_message: bool
    shared: bool
    owner: str  # own | shared | unknown

    @property
    def is_own(self) -> bool:
        """Tell whether only the person reads what is sent there, as far as was said."""
        return self.owner == "own" and not self.shared


class FocalPoint(_Sealed):
    """Whom to ask at a centre that keeps the identity itself."""

    call_name: str
    number: str | None = None


class PersonDetails(_Sealed):
    """One person. `call_name` is what to call them; where the centre keeps the identity it is a code."""

    call_name: str
    given_name: str | None = None
    father_name: str | None = None
    grandfather_name: str | None = None
    family_name: str | None = None
    mother_name: str | None = None
    sex: str | None = None
    birth_year: int | None = None
    birth_on: date | None = None
    status: str | None = None  # group.* code
    place: str | None = None  # P-code
    language_spoken: str | None = None
    language_written: str | None = None
    reads: str | None = None  # yes | help | no
    phones: list[Phone] = []
    requirements: list[str] = []
    role: str | None = None  # in the household
    household_size: int | None = None  # with the one who asked
    focal_point: FocalPoint | None = None

    def age(self, at: datetime) -> int | None:
        """Return the age in years, from the year alone: many birthdays are the registry's default."""
        year = self.birth_on.year if self.birth_on else self.birth_year
        return None if year is None else max(at.year - year, 0)

    def is_minor(self, at: datetime) -> bool:
        """Tell whether the person is known to be under 18, by the year and therefore on the safe side."""
        age = self.age(at)
        return age is not None and age <= ADULT_FROM_YEARS


class NeedDetails(_Sealed):
    """What a need's row does not say in the clear."""

    code: str
    note: str | None = None


class AssistanceDetails(_Sealed):
    """What was given."""

    code: str


class Interpreter(_Sealed):
    """Who interpreted: never a relative."""

    pool: str
    sex: str | None = None
    sworn_to_secrecy: bool = False


class ConsentDetails(_Sealed):
    """How a revision came about: in which language and way, by whom and written down by whom."""

    language: str | None = None
    how: str
    said_by: str = "person"
    recorded_by: str | None = None
    interpreter: Interpreter | None = None


class FollowUpDetails(_Sealed):
    """Who asked the person."""

    by: str


class IdentifierValue(_Sealed):
    """Another system's number."""

    value: str
