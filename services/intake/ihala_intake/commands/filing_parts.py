"""What is filed together: a request with what all its files share, and a file as it was opened."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.codes import Place
from ihala_intake.commands.known import Known
from ihala_intake.details import PersonDetails
from ihala_intake.keys import Key
from ihala_intake.models.requests import RequestIn
from ihala_intake.tables import Assistance, CaseFile, Consent, Need


class Owners(TypedDict):
    """The columns every row has: whose it is, and who brought it."""

    operator_id: UUID
    origin_id: UUID


@dataclass(frozen=True)
class Filing:
    """What all files of one request share."""

    tx: AsyncSession
    caller: Caller
    body: RequestIn
    at: datetime
    operator_id: UUID
    place: Place
    references: dict[UUID, str]
    known: Known | None = None  # the person, if the origin brought them before
    request_id: UUID = field(default_factory=new_id)
    doubted: set[UUID] = field(default_factory=set)  # persons who may be known already, as the operator has to decide

    @property
    def home_operator_id(self) -> UUID:
        """Who has the file of the one who asks: another operator than the origin's, if the open case was handed over."""
        return self.known.person.operator_id if self.known else self.operator_id

    def owners(self, operator_id: UUID) -> Owners:
        """What stands in every row of a file that this operator has."""
        return Owners(operator_id=operator_id, origin_id=self.caller.organization_id)


@dataclass(frozen=True)
class File:
    """An opened case."""

    case: CaseFile
    key: Key
    person: PersonDetails
    place: Place
    consent: Consent | None
    member: int | None = None  # whose, by the place in the household's list; None: of the one who asks
    needs: list[Need] = field(default_factory=list)
    assistance: list[Assistance] = field(default_factory=list)  # one at most
    made_now: bool = False  # its person: nothing else is known of them
