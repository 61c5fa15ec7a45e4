"""Opening a file: its key, person, household, consent, needs and what was helped with. Rows are complete before they are added."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.intake_v1 import CaseOpened, Sensitivity, Urgency
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit

from ihala_intake import keys
from ihala_intake.codes import RESTRICTED_CODE, Place
from ihala_intake.commands import checks, revisions
from ihala_intake.commands.announce import announce
from ihala_intake.commands.checks import checked_place
from ihala_intake.commands.doubles import Newcomer, look_for
from ihala_intake.commands.filing_parts import File, Filing
from ihala_intake.commands.grouping import Asked, Given, Group
from ihala_intake.commands.homes import Home, Kept, Telling, lives_there, recognised, settle
from ihala_intake.commands.known import reached
from ihala_intake.commands.moves import move
from ihala_intake.commands.people import add_person, details_of, member_details
from ihala_intake.details import AssistanceDetails, NeedDetails
from ihala_intake.emergencies import commands as emergencies
from ihala_intake.models.consents import ConsentIn
from ihala_intake.models.persons import MemberIn
from ihala_intake.needs import OPEN, Act
from ihala_intake.tables import Assistance, CaseFile, Consent, Need
from ihala_intake.ways_in import information


async def open_files(filing: Filing, groups: Sequence[Group], *, asked_again: bool) -> tuple[Home, list[File]]:
    """Store the people and a case for each group; emits CaseOpened, and NeedIdentified for each need with consent.

    Nobody whose needs are all restricted gets an ordinary row, and no household that would know of them. Where something ordinary is
    only asked for again (`asked_again`), what is said of the people is news all the same.
    """
    apart = [group for group in groups if group.member is None]
    with_asker = filing.known is not None or not apart or any(not group.restricted for group in apart)
    home = Home(None)
    if asked_again or any(not group.restricted for group in groups):
        telling = Telling(filing.tx, filing.body, filing.at, known=filing.known, **filing.owners(filing.home_operator_id))
        home = await settle(telling, with_asker=with_asker)
        filing.doubted.update(await _look_for(filing, home))
    with filing.tx.no_autoflush:  # all rows at once at the end; references between them are checked at the commit
        return home, [await _open_file(filing, home, group) for group in groups]


async def _open_file(filing: Filing, home: Home, group: Group) -> File:
    """For a person whom the origin brought before it goes into their case, if that is still open, whichever operator has it now.

    What is restricted is tied to nobody, so the operator of the origin has it.
    """
    kept = _kept_apart(filing, group) if group.restricted else home.kept[group.member]
    known = None if group.restricted else recognised(filing.known, filing.body).get(group.member)
    if group.restricted:
        case = _opened(filing, group, kept.person_id, filing.operator_id, None)
    elif known is None:
        case = _opened(filing, group, kept.person_id, filing.home_operator_id, home.household_id)
    else:
        person = known.person
        case = known.case or _opened(filing, group, kept.person_id, person.operator_id, person.household_id)
        case.household_id = case.household_id or person.household_id
    said = filing.body.consent if group.member is None else _member(filing, group).consent
    consent = _add_consent(filing, group, case, kept, said)
    file = File(case, kept.key, kept.details, _place(filing, group), consent, group.member, made_now=known is None)
    for asked in group.needs:
        await _add_need(filing, file, asked)
    if group.helped is not None:
        _add_assistance(filing, file, group.helped)
    return file


def _opened(filing: Filing, group: Group, person_id: UUID, operator_id: UUID, household_id: UUID | None) -> CaseFile:
    case = CaseFile(
        id=group.case_id, reference=filing.references[group.case_id], office_id=filing.body.office_id, request_id=filing.request_id,
        person_id=person_id, household_id=household_id, sensitivity=_sensitivity(group), state="open", opened_at=filing.at, version=1,
        **filing.owners(operator_id),
    )  # fmt: skip
    filing.tx.add(case)
    emit(filing.tx, CaseOpened(
        case_id=case.id, operator_id=case.operator_id, office_id=case.office_id, sensitivity=Sensitivity(case.sensitivity),
        opened_at=filing.at,
    ))  # fmt: skip
    return case


def _sensitivity(group: Group) -> str:
    return (Sensitivity.RESTRICTED if group.restricted else Sensitivity.STANDARD).value


def _member(filing: Filing, group: Group) -> MemberIn:
    assert filing.body.household is not None, "only a household has members: grouping"
    assert group.member is not None, "asked for a member's group alone"
    return filing.body.household.members[group.member]


def _place(filing: Filing, group: Group) -> Place:
    """Where the person of the file is: a member may be elsewhere."""
    place = _member(filing, group).place if group.member is not None else None
    return filing.place if place is None else checked_place(place, f"#/household/members/{group.member}/place")


def _kept_apart(filing: Filing, group: Group) -> Kept:
    """Store the person of a restricted file under the case's key, tied to nobody else's row. A phone that stands at somebody she lives
    with is not her own, whatever was said now."""
    there = recognised(filing.known, filing.body)
    elsewhere = reached(one for one in lives_there(filing.known) if one is not there.get(group.member))
    if group.member is None:
        said = details_of(filing.body, elsewhere=elsewhere)
    else:
        said = member_details(filing.body, _member(filing, group), elsewhere=elsewhere)
    person_id, key, details = new_id(), keys.make(filing.tx, group.case_id), said.apart()
    add_person(
        filing.tx, person_id, key, details, sensitivity=_sensitivity(group), held_by=filing.body.identity_held_by,
        **filing.owners(filing.operator_id),
    )  # fmt: skip
    return Kept(person_id, key, details)


def _add_consent(filing: Filing, group: Group, case: CaseFile, kept: Kept, body: ConsentIn | None) -> Consent | None:
    if body is None:
        return None
    consent = Consent(
        id=new_id(), key_id=kept.key.id, person_id=case.person_id, case_id=case.id, sensitivity=case.sensitivity, revision=1,
        purpose=body.purpose, **filing.owners(case.operator_id),
    )  # fmt: skip
    of = "#" if group.member is None else f"#/household/members/{group.member}"
    checks.check_speakers(body, kept.details, filing.at, f"{of}/consent")
    revisions.write_down(consent, body, filing.at, kept.details)
    revisions.add_first(filing.tx, consent, kept.key, revisions.said(body))
    filing.tx.add(consent)
    return consent


async def _add_need(filing: Filing, file: File, asked: Asked) -> None:
    """Store a need and announce it, if the person agreed. What is restricted is called `protection`, without a district."""
    assert file.consent is not None, "needs come with a consent: checks.check_request"
    restricted = asked.sensitivity is Sensitivity.RESTRICTED
    await _refuse_uncovered(filing, file, asked)
    details = NeedDetails(code=asked.body.code, note=asked.body.note)
    need = Need(
        id=asked.id, reference=filing.references[asked.id], origin_kind=filing.caller.organization_kind, request_id=filing.request_id,
        case_id=file.case.id, person_id=file.case.person_id, consent_id=file.consent.id, key_id=file.key.id,
        code=RESTRICTED_CODE if restricted else asked.body.code, sensitivity=asked.sensitivity.value, urgency=asked.body.urgency.value,
        governorate=file.place.governorate, district=None if restricted else file.place.district,
        details=file.key.seal(details, f"need.details/{asked.id}"), preferred_reservation_id=asked.body.preferred_reservation_id,
        match_settled=_settled(filing, file, asked), messages_wanted=asked.body.messages_wanted,
        state=OPEN.value, requested_at=filing.at, waits=False, changed_at=filing.at,
        version=1, **filing.owners(file.case.operator_id),
    )  # fmt: skip
    if information.of(asked.body.code) is not None and not restricted:
        move(filing.tx, need, Act.INFORM, reason="informed")
    elif file.consent.state == "given" or (file.consent.state == "awaited" and restricted):  # a child's is triaged meanwhile
        await announce(filing.tx, need, file.consent, file.person, made_now=file.made_now)
    filing.tx.add(need)
    file.needs.append(need)


async def _refuse_uncovered(filing: Filing, file: File, asked: Asked) -> None:
    """Raise NoDutyRoster (409) for an emergency that would be passed on where its operator has nobody on duty."""
    passed_on = file.consent is not None and file.consent.state != "refused" and information.of(asked.body.code) is None
    if asked.body.urgency is Urgency.EMERGENCY and passed_on:
        code = RESTRICTED_CODE if asked.sensitivity is Sensitivity.RESTRICTED else asked.body.code
        await emergencies.refuse_uncovered(filing.tx, file.case.operator_id, file.place.governorate, code)


async def _look_for(filing: Filing, home: Home) -> set[UUID]:
    """Return who of the home may be known to the operator already."""
    if filing.body.identity_held_by == "origin":
        return set()
    return await look_for(filing.tx, filing.home_operator_id, [
        Newcomer(kept.person_id, kept.details, known=filing.known is not None) for kept in home.kept.values()
    ])  # fmt: skip


def _settled(filing: Filing, file: File, asked: Asked) -> bool:
    """Tell whether the need may be placed before somebody looked: an emergency never waits for that."""
    return file.case.person_id not in filing.doubted or asked.body.urgency is Urgency.EMERGENCY


def _add_assistance(filing: Filing, file: File, given: Given) -> None:
    assistance_id, restricted = new_id(), given.sensitivity is Sensitivity.RESTRICTED
    assistance = Assistance(
        id=assistance_id, request_id=filing.request_id, case_id=file.case.id, key_id=file.key.id,
        code=RESTRICTED_CODE if restricted else given.body.code, sensitivity=given.sensitivity.value,
        details=file.key.seal(AssistanceDetails(code=given.body.code), f"assistance.details/{assistance_id}"),
        kind="on_the_spot", state="given", given_at=given.body.at, version=1,
        **filing.owners(file.case.operator_id),
    )  # fmt: skip
    filing.tx.add(assistance)
    file.assistance.append(assistance)
