"""What is sealed, as it lies inside: everything that tells something about a person."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

ADULT_FROM_YEARS = 18


class _Sealed(BaseModel):
    """Base: an older form stays readable, since what it lacks has a default and what it has too much is ignored."""

    model_config = ConfigDict(extra="ignore")


class Hours(_Sealed):
    """When a phone may be used, on any day: from and until, HH:MM in Iraq; over midnight when `until` comes first."""

    from_time: str
    until_time: str


class Phone(_Sealed):
    """A way to reach a person; `number` is E.164."""

    number: str
    safe_to_call: bool
    safe_to_message: bool
    shared: bool
    owner: str  # own | shared | unknown
    hours: list[Hours] = []  # empty: at any time

    @property
    def is_own(self) -> bool:
        """Tell whether only the person reads what is sent there, as far as was said."""
        return self.owner == "own" and not self.shared


class OtherWay(_Sealed):
    """A way to reach a person that is no phone."""

    kind: str  # email | messenger | visit | through_somebody | at_the_office
    note: str | None = None
    address: str | None = None  # of an e-mail
    own: bool = False  # nobody else reads what comes there: the person said so
    safe_to_message: bool = False


class TrustedContact(_Sealed):
    """Somebody the person named. `may_be_told`: that it is about a request; else only that they should get in touch."""

    call_name: str
    relation: str | None = None
    phone: Phone | None = None
    may_be_told: bool = False


class Guardian(_Sealed):
    """Who stands for a minor. `none`: nobody is there; `unsafe`: somebody is, and must not be asked, told or found."""

    state: str  # person | none | unsafe
    call_name: str | None = None
    relation: str | None = None
    phone: Phone | None = None


class Movement(_Sealed):
    """One part of the way that led here. Days are `2017`, `2017-06` or `2017-06-10`, as far as they are known."""

    kind: str  # returned_from_abroad | displaced | returned_home
    since: str | None = None
    until: str | None = None
    country: str | None = None  # ISO 3166-1, two letters: returned from
    programme: str | None = None  # that helped to return
    place: str | None = None  # P-code: displaced from, or returned to


class Document(_Sealed):
    """A paper. Its number is found again by a keyed hash (`marks.py`)."""

    kind: str
    number: str | None = None
    state: str = "held"  # held | lost | expired | never_had
    issued_by: str | None = None  # any authority: papers of either Sinjar administration count


class Transliteration(_Sealed):
    """The names in Latin letters, where somebody wrote them so; the names as given stay what they are."""

    given_name: str | None = None
    father_name: str | None = None
    grandfather_name: str | None = None
    family_name: str | None = None
    mother_name: str | None = None


class Disabilities(_Sealed):
    """The Washington Group's short set: how difficult each is. no | some | a_lot | cannot | refused | unknown."""

    seeing: str | None = None
    hearing: str | None = None
    walking: str | None = None
    remembering: str | None = None
    self_care: str | None = None
    communicating: str | None = None

    @property
    def counts(self) -> bool:
        """Tell whether the set counts this as a disability: at least one with a lot of difficulty."""
        return any(level in ("a_lot", "cannot") for level in self.model_dump().values())


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
    birth_on: date | None = None  # 1 July stands for an unknown day: see `birth_day_known`
    transliteration: Transliteration | None = None
    status: str | None = None  # group.* code
    movements: list[Movement] = []  # displacement and return, the oldest first
    place: str | None = None  # P-code
    address: str | None = None
    language_spoken: str | None = None
    also_speaks: list[str] = []
    language_written: str | None = None
    reads: str | None = None  # yes | help | no
    phones: list[Phone] = []
    other_ways: list[OtherWay] = []
    trusted_contact: TrustedContact | None = None
    guardian: Guardian | None = None  # of a minor; None: not asked, or of age
    documents: list[Document] = []
    disabilities: Disabilities | None = None
    requirements: list[str] = []
    role: str | None = None  # in the household
    household_size: int | None = None  # with the one who asked
    focal_point: FocalPoint | None = None
    messages_stopped: bool | None = None  # the person wishes none, about whatever; None: nothing was said

    @property
    def birth_day_known(self) -> bool:
        """Tell whether `birth_on` is a day and not the registry's 1 July for a year alone."""
        return self.birth_on is not None and (self.birth_on.month, self.birth_on.day) != (7, 1)

    def age(self, at: datetime) -> int | None:
        """Return the age in years, from the year alone: many birthdays are the registry's default."""
        year = self.birth_on.year if self.birth_on else self.birth_year
        return None if year is None else max(at.year - year, 0)

    def is_minor(self, at: datetime) -> bool:
        """Tell whether the person is known to be under 18, by the year and therefore on the safe side."""
        age = self.age(at)
        return age is not None and age <= ADULT_FROM_YEARS

    def guardian_at(self, at: datetime) -> Guardian | None:
        """Return who stands for them: nobody any more once they are known to be of age."""
        return self.guardian if self.age(at) is None or self.is_minor(at) else None

    def told(self, said: dict[str, Any]) -> "PersonDetails":
        """Return what is known after somebody said these fields anew.

        The newer word about a birth holds: a day brings its year, and another year takes the day away.
        """
        said = dict(said)
        if said.get("birth_on") is not None:
            said["birth_year"] = said["birth_on"].year
        elif said.get("birth_year") is not None and self.birth_on is not None and self.birth_on.year != said["birth_year"]:
            said["birth_on"] = None
        return PersonDetails.model_validate(self.model_dump() | said)

    def apart(self) -> "PersonDetails":
        """Return the same for a restricted file: not a word of the household, whose members may be the danger."""
        return self.model_copy(update={"household_size": None, "role": None})

    def ordinary(self) -> "PersonDetails":
        """Return the same for a file that is not restricted: that a minor's guardian is unsafe, or nobody, is not said there."""
        alone = self.guardian is not None and self.guardian.state != "person"
        return self.model_copy(update={"guardian": None}) if alone else self


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


class GuardianSaid(_Sealed):
    """What the guardian of a minor said, apart from the child."""

    agreed: bool
    how: str
    relation: str | None = None


class Call(_Sealed):
    """How a consent by telephone was made sure of."""

    called_back: bool
    witness: str | None = None
    signs_on: date | None = None


class ConsentDetails(_Sealed):
    """How a revision came about: in which language and way, by whom and written down by whom.

    `needs` are the true codes that it is for, empty for all that was asked for. `assent` and `guardian` are
    of a minor. `reason` and `second` belong to a decision on another basis than consent.
    """

    language: str | None = None
    how: str
    said_by: str = "person"
    recorded_by: str | None = None
    interpreter: Interpreter | None = None
    call: Call | None = None
    needs: list[str] = []
    script: str | None = None  # version of what was read to the person
    assent: str | None = None  # given | refused | too_young
    guardian: GuardianSaid | None = None
    reason: str | None = None
    second: str | None = None  # who confirmed the decision, as the office names them


class ReportDetails(_Sealed):
    """A report that a law obliged an office to make."""

    authority: str
    law: str
    reason: str
    recorded_by: str


class DecisionDetails(_Sealed):
    """Why something is passed on without a consent, and who says so."""

    reason: str
    recorded_by: str
    second: str | None = None


class FollowUpDetails(_Sealed):
    """Who asked the person, and what was said."""

    by: str
    note: str | None = None


class GlassDetails(_Sealed):
    """Why somebody broke the glass, in their words."""

    explanation: str


class IdentifierValue(_Sealed):
    """Another system's number."""

    value: str
