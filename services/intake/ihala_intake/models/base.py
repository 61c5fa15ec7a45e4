"""What all bodies share: nothing unknown is taken, every text has an end."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ihala_intake import phones


class Body(BaseModel):
    """A request's body, or a part of one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(from_attributes=True)


def _e164(text: str) -> str:
    number = phones.e164(text)
    if number is None:
        raise PydanticCustomError("phone_number", "not a phone number")
    return number


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Who = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,39}$")]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$")]
PhoneNumber = Annotated[str, StringConstraints(max_length=40), AfterValidator(_e164)]
Year = Annotated[int, Field(ge=1900, le=2200)]
Sex = Literal["female", "male", "other"]
Written = Literal["ar", "ckb", "en"]
How = Literal["spoken", "thumbprint", "written", "phone"]
