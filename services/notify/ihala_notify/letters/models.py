"""HTTP bodies of letters."""

from datetime import datetime
from uuid import UUID

from ihala_kit.bodies import Sent
from ihala_kit.words import Language
from pydantic import BaseModel, ConfigDict, Field

from ihala_notify.letters.names import Name
from ihala_notify.letters.rules import Kind, Shows, State


class LetterRequest(Sent):
    """Which letter is wanted. No name: that is given when the sheet is printed, and kept nowhere."""

    kind: Kind
    need_id: UUID
    referral_id: UUID | None = Field(default=None, description="Of a slip: for which accepted referral. Without: the newest one.")
    language: Language = Field(description="In which the person, or who helps, reads.")
    asked_for: bool = Field(
        default=False,
        description="The person asked for it and knows that others may find it. A restricted need has no slip without that, and a "
        "protected one none that says who helps.",
    )


class Letter(BaseModel):
    """A letter as its office sees it. Neither who carries it nor its code is kept."""

    id: UUID
    kind: Kind
    need_id: UUID
    referral_id: UUID | None
    language: Language
    shows: Shows = Field(description="full: with who helps and where. plain: without. bare: neither need, name, provider nor date.")
    state: State = Field(
        description="ended: the need or the referral is over, the need is another operator's, or it shows more than may be shown by now."
    )
    issued_at: datetime
    issued_by: str
    valid_until: datetime
    used_at: datetime | None
    used_by: str | None
    revoked_at: datetime | None
    revoked_by: str | None
    version: int


class IssuedLetter(Letter):
    """A new letter with its code, as it is printed under the square."""

    code: str = Field(examples=["LTR-7K3F-92QX"])


class Printing(BaseModel):
    """What is printed for this once."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    bearer: Name | None = Field(default=None, description="Who carries it; kept nowhere. Without: a line to write on by hand.")
