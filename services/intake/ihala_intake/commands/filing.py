"""Opening a file: its key, person, household, consent, needs and what was helped with. Rows are complete before they are added."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from ihala_contracts.intake_v1 import CaseOpened, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.codes import RESTRICTED_CODE, Place
from ihala_intake.commands import revisions
from ihala_intake.commands.announce import announce
from ihala_intake.commands.grouping import Asked, Given, Group
from ihala_intake.commands.people import add_person, details_of, member_details
from ihala_intake.details import AssistanceDetails, NeedDetails, PersonDetails
from ihala_intake.keys import Key
from ihala_intake.models.requests import RequestIn
from ihala_intake.needs import OPEN
from ihala_intake.tables import Assistance, CaseFile, Consent, Household, Need


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
    request_id: UUID = field(default_factory=new_id)

    @property
    def owners(self) -> Owners:
        """What stands in every row of this request."""
        return Owners(operator_id=self.operator_id, origin_id=self.caller.organization_id)


@dataclass(frozen=True)
class File:
    """An opened case."""

    case: CaseFile
    key: Key
    person: PersonDetails
    consent: Consent | None
    needs: list[Need] = field(default_factory=list)
    assistance: list[Assistance] = field(default_factory=list)  # one at most


async def open_file(filing: Filing, group: Group) -> File:
    """Store a case with all that goes into it; emits CaseOpened, and NeedIdentified for each need with consent."""
    person_id = new_id()
    key = keys.make(filing.tx, group.case_id if group.restricted else person_id)
    household_id = None if group.restricted else _add_household(filing)
    person = _add_person(filing, group, key, person_id, household_id)
    case = _case(filing, group, person_id, household_id)
    filing.tx.add(case)
    emit(filing.tx, CaseOpened(
        case_id=case.id, operator_id=case.operator_id, office_id=case.office_id, sensitivity=Sensitivity(case.sensitivity),
        opened_at=filing.at,
    ))  # fmt: skip
    file = File(case, key, person, await _add_consent(filing, case, key))
    for asked in group.needs:
        await _add_need(filing, file, asked)
    if group.helped is not None:
        _add_assistance(filing, file, group.helped)
    return file


def _sensitivity(group: Group) -> str:
    return (Sensitivity.RESTRICTED if group.restricted else Sensitivity.STANDARD).value


def _add_household(filing: Filing) -> UUID | None:
    household = filing.body.household
    if household is None:
        return None
    household_id = new_id()
    filing.tx.add(Household(id=household_id, made_at=filing.at, **filing.owners))
    for member in household.members:
        member_id = new_id()
        add_person(
            filing.tx, member_id, keys.make(filing.tx, member_id), member_details(member), sensitivity=Sensitivity.STANDARD.value,
            held_by=filing.body.identity_held_by, household_id=household_id, **filing.owners,
        )  # fmt: skip
    return household_id


def _add_person(filing: Filing, group: Group, key: Key, person_id: UUID, household_id: UUID | None) -> PersonDetails:
    """Store the person of the file. A restricted file's says nothing of the household, whose members may be the danger."""
    details = details_of(filing.body)
    if group.restricted:
        details = details.model_copy(update={"household_size": None})
    add_person(
        filing.tx, person_id, key, details, sensitivity=_sensitivity(group), held_by=filing.body.identity_held_by,
        household_id=household_id, **filing.owners,
    )  # fmt: skip
    return details


def _case(filing: Filing, group: Group, person_id: UUID, household_id: UUID | None) -> CaseFile:
    return CaseFile(
        id=group.case_id, reference=filing.references[group.case_id], office_id=filing.body.office_id, request_id=filing.request_id,
        person_id=person_id, household_id=household_id, sensitivity=_sensitivity(group), state="open", opened_at=filing.at, version=1,
        **filing.owners,
    )  # fmt: skip


async def _add_consent(filing: Filing, case: CaseFile, key: Key) -> Consent | None:
    body = filing.body.consent
    if body is None:
        return None
    consent = Consent(
        id=new_id(), key_id=key.id, person_id=case.person_id, case_id=case.id, sensitivity=case.sensitivity, revision=1,
        purpose=body.purpose, **filing.owners,
    )  # fmt: skip
    revisions.write_down(consent, body, filing.at)
    await revisions.add_first(filing.tx, consent, key, revisions.said(body))
    filing.tx.add(consent)
    return consent


async def _add_need(filing: Filing, file: File, asked: Asked) -> None:
    """Store a need and announce it, if the person agreed. What is restricted is called `protection`, without a district."""
    assert file.consent is not None, "needs come with a consent: checks.check_request"
    restricted = asked.sensitivity is Sensitivity.RESTRICTED
    details = NeedDetails(code=asked.body.code, note=asked.body.note)
    need = Need(
        id=asked.id, reference=filing.references[asked.id], origin_kind=filing.caller.organization_kind, request_id=filing.request_id,
        case_id=file.case.id, person_id=file.case.person_id, consent_id=file.consent.id, key_id=file.key.id,
        code=RESTRICTED_CODE if restricted else asked.body.code, sensitivity=asked.sensitivity.value, urgency=asked.body.urgency.value,
        governorate=filing.place.governorate, district=None if restricted else filing.place.district,
        details=file.key.seal(details, f"need.details/{asked.id}"), preferred_reservation_id=asked.body.preferred_reservation_id,
        match_settled=True, state=OPEN.value, requested_at=filing.at, waits=False, changed_at=filing.at, version=1, **filing.owners,
    )  # fmt: skip
    if file.consent.state == "given":
        await announce(filing.tx, need, file.consent, file.person)
    filing.tx.add(need)
    file.needs.append(need)


def _add_assistance(filing: Filing, file: File, given: Given) -> None:
    assistance_id, restricted = new_id(), given.sensitivity is Sensitivity.RESTRICTED
    assistance = Assistance(
        id=assistance_id, request_id=filing.request_id, case_id=file.case.id, key_id=file.key.id,
        code=RESTRICTED_CODE if restricted else given.body.code, sensitivity=given.sensitivity.value,
        details=file.key.seal(AssistanceDetails(code=given.body.code), f"assistance.details/{assistance_id}"),
        given_at=given.body.at, **filing.owners,
    )  # fmt: skip
    filing.tx.add(assistance)
    file.assistance.append(assistance)
