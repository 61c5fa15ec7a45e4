"""What all bodies share: nothing unknown is taken, every text has an end and can be read as it stands."""

from datetime import date
from typing import Annotated, Literal, TypeVar

from ihala_kit import mail
from ihala_kit.bodies import Sent
from ihala_kit.instants import OnDay, as_iso
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ihala_intake import phones, texts

_Day = TypeVar("_Day", bound=date)


class Body(Sent):
    """A request's body, or a part of one."""

    model_config = ConfigDict(frozen=True)


class Answer(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(from_attributes=True)


def _e164(text: str) -> str:
    try:
        return phones.read(text)
    except phones.NotANumber as error:
        raise PydanticCustomError(error.code, "not a phone number") from None


def _e_mail(text: str) -> str:
    if not mail.is_address(text):
        raise PydanticCustomError("email_address", "not an e-mail address")
    return text


def _readable(text: str) -> str:
    return _refuse(texts.wrong_with(text), text)


def _name(text: str) -> str:
    return _refuse(texts.wrong_with_name(text), text)


def _when(text: str) -> str:
    return _refuse(texts.wrong_with_when(text), text)


def _meant(day: _Day) -> _Day:
    """Nobody means the ends of the calendar, and no span can be reckoned from them: Python and PostgreSQL end there."""
    if not 1900 <= day.year <= 2200:
        raise PydanticCustomError("out_of_range", "not a day that anybody means")
    return day


def _refuse(code: texts.Wrong | None, text: str) -> str:
    if code is not None:
        raise PydanticCustomError(code, "not a text as it stands")
    return text


Readable = AfterValidator(_readable)
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_name)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Readable]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Readable]
Who = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), Readable]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64), Readable]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,39}$")]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$")]
PhoneNumber = Annotated[str, StringConstraints(max_length=40), AfterValidator(_e164)]
MailAddress = Annotated[str, StringConstraints(max_length=mail.LONGEST), AfterValidator(_e_mail)]
Day = Annotated[OnDay, AfterValidator(_meant)]
Instant = Annotated[AwareDatetime, BeforeValidator(as_iso), AfterValidator(_meant)]
Year = Annotated[int, Field(ge=1900, le=2200)]
When = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}){0,2}$"),
    AfterValidator(_when),
    Field(description="A year, a month or a day, as far as it is known: 2017, 2017-06 or 2017-06-10."),
]
Sex = Literal["female", "male", "other"]
Written = Literal["ar", "ckb", "en"]
How = Literal["spoken", "thumbprint", "written", "phone"]
