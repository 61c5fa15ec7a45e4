"""The API of directory, version 1: its models and operations.

Written by `make clients-python` from the contracts; do not edit.
"""
from __future__ import annotations

from ihala_client.operation import Listing, Operation

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class About(BaseModel):
    """
    What a proposal is about: an entry of the caller's own in the version that was read; a service without `id` is a new one.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['organization', 'service']
    id: UUID | None = None
    version: int | None = None


class Agreement(BaseModel):
    """
    The data-sharing agreement: which text, and its last day.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    version: str
    until: date


class Capacity(BaseModel):
    """
    What the provider said, when, and what is left of it now. `confirmed` is false after a decline for want of places.
    """

    kind: Literal['stock', 'slot']
    figure: int
    figure_at: AwareDatetime
    confirmed: bool
    free: int


class CapacityDraft(BaseModel):
    """
    How many places are free, and whether a place is used up (stock) or comes back (slot).
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['stock', 'slot']
    figure: int


class CardOrganization(BaseModel):
    """
    Whose service it is.
    """

    id: UUID
    kind: Literal['operator', 'rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border']
    names: dict[str, str]
    phone: str | None


class Changed(BaseModel):
    """
    One past answer that the draft would have given differently; `because` is what decides, or what fails everywhere.
    """

    placement_id: UUID
    attempt: int
    answered_at: AwareDatetime
    answered: UUID | None
    would_be: UUID | None
    because: list[str]


class Check(BaseModel):
    """
    One recorded check; of each code the newest counts. `registration` is the number that was known then.
    """

    code: Literal['registration', 'no_fee', 'no_minors', 'terms_stated']
    passed: bool
    note: str | None
    registration: str | None
    checked_by: str
    acting_officer: str | None
    checked_at: AwareDatetime


class Closure(BaseModel):
    """
    Closed from one date to another, both included.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    from_: date = Field(..., alias='from')
    until: date
    reason: dict[str, str] | None = {}


class Cost(BaseModel):
    """
    What it costs; no amount means free. `currency` is ISO 4217.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    amount: str | None = None
    currency: Literal['IQD', 'USD'] | None = 'IQD'
    option: dict[str, str] | None = {}


class Count(BaseModel):
    """
    How many of the services found have this code.
    """

    code: str
    count: int


class Criteria(BaseModel):
    """
    How strict each criterion is that an operator may set.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    age: Literal['off', 'show', 'demand', 'prove'] | None = 'demand'
    sex: Literal['off', 'show', 'demand', 'prove'] | None = 'demand'
    status: Literal['off', 'show', 'demand', 'prove'] | None = 'demand'
    household: Literal['off', 'show', 'demand', 'prove'] | None = 'demand'
    documents: Literal['off', 'show', 'demand', 'prove'] | None = 'show'
    language: Literal['off', 'show', 'demand', 'prove'] | None = 'demand'
    accessibility: Literal['off', 'show', 'demand', 'prove'] | None = 'show'
    woman_counsellor: Literal['off', 'show', 'demand', 'prove'] | None = 'show'
    hours: Literal['off', 'show', 'demand', 'prove'] | None = 'demand'


class Criterion(BaseModel):
    """
    One rule held against one service: what was asked, and how it came out. Never a value that describes the person.
    """

    code: str
    result: Literal['pass', 'fail', 'unknown']
    rule_version: int | None = 1


class CriterionText(BaseModel):
    """
    How one criterion and result, or one reason for an order, is said. `checked` tells whether a native reader saw it.
    """

    code: str
    result: Literal['pass', 'fail', 'unknown', 'ahead']
    texts: dict[str, str]
    checked: bool


class CriterionTexts(BaseModel):
    """
    All of them.
    """

    items: list[CriterionText]


class Decision(BaseModel):
    """
    The operator's answer to a proposal; what is returned needs words.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    outcome: Literal['approved', 'returned']
    words: dict[str, str] | None = {}


class Departure(BaseModel):
    """
    Why an organisation leaves for good: a code, since it travels in an event.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['own_request', 'agreement_ended', 'conduct', 'dissolved', 'duplicate']


class DryRun(BaseModel):
    """
    What a draft would have changed. `incomplete`: those with more candidates than were kept, for which "the same" is not certain.
    """

    looked_at: int
    compared: int
    same: int
    another_place: int
    nobody_now: int
    somebody_now: int
    incomplete: int
    by_hand_or_old: int
    examples: list[Changed]


class DryRunRequest(BaseModel):
    """
    Over which past answers: the newest first, not older than `since`.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    since: AwareDatetime | None = None
    most: int | None = 500


class Facets(BaseModel):
    """
    The services found, counted by what they could be narrowed down to; the most frequent first.
    """

    needs: list[Count]
    governorates: list[Count]
    districts: list[Count]
    """
    Empty unless an area is given, or a place is among the words.
    """
    kind: list[Count]
    languages: list[Count]
    accessibility: list[Count]


class Holiday(BaseModel):
    """
    A holiday as an operator declared it.
    """

    id: UUID
    operator_id: UUID
    day: date
    area: str
    names: dict[str, str]
    version: int


class Holidays(BaseModel):
    """
    The holidays of the days asked for, by day.
    """

    items: list[Holiday]


class Import(BaseModel):
    """
    How an import stands. `rows` counts what was read, `refused` rows with a fault; the others count services.

    `state`: waiting to be read, loading (`loaded_until` says how far), done, refused (nothing was loaded), failed (ours to look at).
    """

    id: UUID
    source: str
    kind: Literal['sheet', 'sheet_csv', 'hsds', 'hsds_csv']
    mode: Literal['all_or_nothing', 'rest']
    dry_run: bool
    state: Literal['waiting', 'loading', 'done', 'refused', 'failed']
    rows: int
    loaded_until: int
    created: int
    changed: int
    unchanged: int
    refused: int
    received_at: AwareDatetime
    finished_at: AwareDatetime | None
    version: int


class KeptCandidate(BaseModel):
    """
    A candidate of a past answer.
    """

    service_at_location_id: UUID
    criteria: list[Criterion]


class Line(BaseModel):
    """
    One line of a report. `code` is for programs and stable; the words are in the caller's language. Nothing of the file is repeated.

    `level`: fault (the row is not loaded), note, or outcome (what became of the row). `cell` is "F17", or a place in an HSDS file.
    """

    number: int
    level: Literal['fault', 'note', 'outcome']
    code: str
    row: int | None
    cell: str | None
    column: str | None
    column_name: str | None
    wrong: str | None
    right: str


class Need(BaseModel):
    """
    One entry of the controlled list. `label_status` says how far the Arabic and Kurdish labels were checked.
    """

    code: str
    kind: Literal['domain', 'need', 'group']
    parent: str | None
    sensitivity: Literal['standard', 'protected', 'restricted']
    names: dict[str, str]
    definition: str
    label_status: dict[str, str]
    hsds_id: UUID


class Needs(BaseModel):
    """
    The whole list.
    """

    items: list[Need]


class NewCheck(BaseModel):
    """
    What an officer looked at, and how it came out.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: Literal['registration', 'no_fee', 'no_minors', 'terms_stated']
    passed: bool
    note: str | None = None


class NewFigure(BaseModel):
    """
    How many places are free now, by the provider's own count: those that Ihala holds by reservations are not taken off.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    figure: int


class NewHoliday(BaseModel):
    """
    A day on which the offices of an area are closed; `IQ` is the whole country.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    day: date
    area: str | Literal['IQ'] | None = 'IQ'
    names: dict[str, str]


class NewOrganizationCheck(BaseModel):
    """
    The same of an organisation that takes part. `registration`: the number that was looked at, if it is not the entry's own.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: Literal['registration', 'no_fee', 'no_minors', 'terms_stated']
    passed: bool
    note: str | None = None
    registration: str | None = None


class NewProposal(BaseModel):
    """
    An edit. `change` holds the fields that are to change, each whole, as in PUT of that entry; the others stay.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    about: About
    change: dict[str, Any]


class NewReservation(BaseModel):
    """
    An officer's own reservation: where, and for which need; for one that is not registered yet it names none.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    need_id: UUID | None = None
    service_at_location_id: UUID


class Opening(BaseModel):
    """
    Open from one instant to another.
    """

    opens_at: AwareDatetime
    closes_at: AwareDatetime


class Openings(BaseModel):
    """
    When it is open in the days asked for. `open_now` is null when no schedule is known: then call before you go.
    """

    open_now: bool | None
    items: list[Opening]


class OpensWithin(BaseModel):
    """
    Within how many days it must be open for a need of each urgency.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    emergency: int | None = 3
    urgent: int | None = 7
    routine: int | None = 14


class OrganizationBrief(BaseModel):
    """
    Whose service it is.
    """

    id: UUID
    kind: Literal['operator', 'rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border']
    names: dict[str, str]
    phone: str | None
    status: Literal['active', 'suspended', 'left']


class OrganizationChecks(BaseModel):
    """
    What was looked at of an organisation, when it applied and since. `failed`: whose newest check was not passed; its offers rest.
    """

    organization_id: UUID
    checks: list[Check]
    failed: list[Literal['registration', 'no_fee', 'no_minors', 'terms_stated']]


class PageOfLine(BaseModel):
    items: list[Line]


class Phone(BaseModel):
    """
    A public number of an office or a hotline, never a private person's.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    number: str
    type: Literal['voice', 'sms', 'whatsapp', 'hotline'] | None = 'voice'
    languages: list[str] | None = []
    note: dict[str, str] | None = {}


class Place(BaseModel):
    """
    One place. `areas` are the areas it lies in (its own code first, if it is one), its governorate last; a town has no P-code.
    """

    code: str
    level: Literal['governorate', 'district', 'sub-district', 'town']
    parent: str | None
    names: dict[str, str]
    latitude: float
    longitude: float
    areas: list[str]


class Places(BaseModel):
    """
    The places found, with the attribution that must be shown beside them.
    """

    items: list[Place]
    attribution: str


class Proposal(BaseModel):
    """
    A proposal. `stale`: the entry was changed since, and it cannot be approved any more.
    """

    id: UUID
    organization_id: UUID
    about: Literal['organization', 'service']
    entry_id: UUID
    base_version: int
    change: dict[str, Any]
    status: Literal['open', 'approved', 'returned', 'withdrawn']
    stale: bool
    words: dict[str, str]
    proposed_at: AwareDatetime
    decided_at: AwareDatetime | None
    version: int


class Publication(BaseModel):
    """
    From when the rules hold; now, if nothing is said.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    valid_from: AwareDatetime | None = None


class Reading(BaseModel):
    """
    How the words were read: codes of needs (or of a domain of needs) and of places.
    """

    needs: list[str]
    places: list[str]


class Reservation(BaseModel):
    """
    One place held. An officer's own (`reserved`) is free again at `expires_at` unless a placement claims it.
    """

    id: UUID
    need_id: UUID
    """
    its own id while no need has named it
    """
    organization_id: UUID
    service_id: UUID
    service_at_location_id: UUID
    state: Literal['reserved', 'claimed', 'taken', 'released', 'revoked', 'returned', 'used']
    placement_id: UUID | None
    attempt: int | None
    referral_id: UUID | None
    reserved_at: AwareDatetime
    expires_at: AwareDatetime | None
    version: int


class Review(BaseModel):
    """
    The operator's answer. `words` go with what is returned or refused, `reason` with a refusal; the rest with an approval.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    outcome: Literal['approved', 'returned', 'refused']
    words: dict[str, str] | None = {}
    reason: Literal['out_of_scope', 'not_eligible', 'checks_failed', 'duplicate', 'own_request', 'other'] | None = (
        None
    )
    agreement: Agreement | None = None
    cleared: bool | None = False
    trusted: bool | None = False


class Rules(BaseModel):
    """
    Whom a service is for. What is left out does not matter to it.

    Larger households than a rule can name come: answers show rules, and their limit is released.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    age_min: int | None = None
    age_max: int | None = None
    sex: list[Literal['female', 'male']] | None = []
    statuses: list[str] | None = []
    languages: list[str] | None = []
    household_min: int | None = None
    household_max: int | None = None
    documents: list[str] | None = []


class Schedule(BaseModel):
    """
    Open on these days between two times of Asia/Baghdad, in the dates given; `days` as in RFC 5545.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    days: list[Literal['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']]
    opens_at: str
    closes_at: str
    valid_from: date | None = None
    valid_to: date | None = None
    note: dict[str, str] | None = {}


class SoughtFor(BaseModel):
    """
    What is known of the person, as far as rules use it. It is not stored. `documents` are the codes of those that can be shown.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    age: int | None = None
    sex: Literal['female', 'male'] | None = None
    status: str | None = None
    household_size: int | None = None
    languages: list[str] | None = []
    requirements: list[str] | None = []
    documents: list[str] | None = None


class Step(BaseModel):
    """
    One thing to order by; differences below half of `step` (in its unit) decide nothing.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    by: Literal['known', 'woman_counsellor', 'language', 'distance', 'wait', 'opens', 'answer_rate', 'places', 'figure_age']
    """
    What candidates that serve are ordered by; a smaller figure is better for each.
    """
    step: float | None = 1.0


class Suggestion(BaseModel):
    """
    One thing that what was typed could become. `code` is a need's or a place's, or an organisation's id.
    """

    kind: str
    """
    `need`, `place` or `organization`.
    """
    code: str
    text: str
    names: dict[str, str]


class Suggestions(BaseModel):
    """
    At most ten: needs first, then places, then organisations.
    """

    items: list[Suggestion]


class Suspension(BaseModel):
    """
    Why an organisation gets no offers for now: a code, since it travels in an event.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['under_review', 'agreement_ended', 'conduct', 'own_request']


class Version(BaseModel):
    """
    The same with the entry as it was then, without places.
    """

    version: int
    published_at: AwareDatetime
    published_by: str
    entry: dict[str, Any]


class VersionBrief(BaseModel):
    """
    One version of an entry: when it was published, and by which client.
    """

    version: int
    published_at: AwareDatetime
    published_by: str


class Answer(BaseModel):
    """
    What was answered to one attempt, and why; `service_at_location_id` is where a place was reserved.
    """

    attempt: int
    outcome: Literal['reserved', 'none', 'cancelled']
    answered_at: AwareDatetime
    ruleset: int | None
    candidates: int
    service_at_location_id: UUID | None
    items: list[KeptCandidate]


class Answers(BaseModel):
    """
    All attempts of a placement, with the words of what occurs in them.
    """

    items: list[Answer]
    texts: dict[str, dict[str, dict[str, str]]]


class Candidate(BaseModel):
    """
    One who says that it meets the need there: `serves` when no criterion fails.

    `ahead_by` is what puts it before the next one. `wait_days` is the provider's word, `waited_days` what those on its list waited;
    `answer_rate` is the share of its offers that were decided in time.
    """

    service_at_location_id: UUID
    service_id: UUID
    service_names: dict[str, str]
    organization_id: UUID
    organization_names: dict[str, str]
    serves: bool
    rank: int
    ahead_by: Literal['known', 'woman_counsellor', 'language', 'distance', 'wait', 'opens', 'answer_rate', 'places', 'figure_age'] | None
    free: int
    figure_at: AwareDatetime
    distance_km: float | None
    wait_days: int | None
    waiting: int
    waited_days: float | None
    answer_rate: float | None
    woman_counsellor: bool
    entry_condition: str
    criteria: list[Criterion]


class CardPlace(BaseModel):
    """
    One location where the service is open; a hidden one has no address and no point.
    """

    service_at_location_id: UUID
    place: str
    names: dict[str, str]
    address: dict[str, str]
    latitude: float | None
    longitude: float | None
    accessibility: list[str]
    areas: list[str]
    closures: list[Closure] | None = Field([], validate_default=True)
    """
    Beside the service's own; those that are over may be among them.
    """


class Contact(BaseModel):
    """
    Whom to ask for: a function (reception, focal point), not a private person.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    name: dict[str, str]
    role: dict[str, str] | None = {}
    phone: Phone | None = None
    email: str | None = None


class Location(BaseModel):
    """
    Where it is.
    """

    id: UUID
    place: str
    latitude: float | None
    longitude: float | None
    names: dict[str, str]
    address: dict[str, str]
    accessibility: list[str]
    sub_district: str | None
    transportation: dict[str, str]
    phones: list[Phone]


class LocationDraft(BaseModel):
    """
    Where: a P-code always; a point and an address only if the place may be known.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    id: UUID | None = None
    place: str
    latitude: float | None = None
    longitude: float | None = None
    names: dict[str, str]
    address: dict[str, str] | None = {}
    accessibility: list[str] | None = []
    sub_district: str | None = None
    transportation: dict[str, str] | None = {}
    phones: list[Phone] | None = Field([], validate_default=True)


class MatchRequest(BaseModel):
    """
    Which need, where, for whom, how urgently.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    need_code: str
    governorate: str
    district: str | None = None
    urgency: Literal['emergency', 'urgent', 'routine'] | None = 'routine'
    facts: SoughtFor | None = Field(
        {'languages': [], 'requirements': []}, validate_default=True
    )
    excluded: list[UUID] | None = []
    most: int | None = 20
    """
    How many to show.
    """


class Matches(BaseModel):
    """
    Candidates, best first; when none serves, `failing` says what failed everywhere.

    `texts` has the words of every criterion and result that occurs. `candidates` is how many there are; `left_out` of them were not
    explained, since enough others that the rules put before them serve.
    """

    items: list[Candidate]
    failing: list[Criterion]
    texts: dict[str, dict[str, dict[str, str]]]
    ruleset: int
    candidates: int
    left_out: int


class NewApplication(BaseModel):
    """
    The same, new. A client applies for its own organisation; an operator's office may for one that has no client yet.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border']
    names: dict[str, str]
    description: dict[str, str] | None = {}
    phone: str | None = None
    phones: list[Phone] | None = Field([], validate_default=True)
    contacts: list[Contact] | None = Field([], validate_default=True)
    email: str | None = None
    website: str | None = None
    registration: str | None = None
    agreement: Agreement | None = None
    reporting_duty: dict[str, str] | None = {}
    hidden: bool | None = False
    operator_id: UUID | None = None
    """
    Who is to review it; the caller's own operator when left out.
    """
    organization_id: UUID | None = None
    """
    For an operator's office alone: the id it is to have.
    """


class NewOrganization(BaseModel):
    """
    The same, new; `id` only where it has one already.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['operator', 'rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border']
    names: dict[str, str]
    phone: str | None = None
    cleared: bool | None = False
    hidden: bool | None = False
    agreement: Agreement | None = None
    reporting_duty: dict[str, str] | None = {}
    description: dict[str, str] | None = {}
    email: str | None = None
    website: str | None = None
    phones: list[Phone] | None = Field([], validate_default=True)
    contacts: list[Contact] | None = Field([], validate_default=True)
    registration: str | None = None
    trusted: bool | None = False
    id: UUID | None = None


class Organization(BaseModel):
    """
    An organisation. For others than its operator, itself and the cleared, its marks and reasons are null.
    """

    id: UUID
    operator_id: UUID
    kind: Literal['operator', 'rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border']
    names: dict[str, str]
    phone: str | None
    agreement: Agreement | None
    reporting_duty: dict[str, str]
    description: dict[str, str]
    email: str | None
    website: str | None
    phones: list[Phone]
    contacts: list[Contact]
    registration: str | None
    status: Literal['active', 'suspended', 'left']
    cleared: bool | None = None
    hidden: bool | None = None
    trusted: bool | None = None
    suspended_for: str | None = None
    left_for: str | None = None
    version: int


class OrganizationDraft(BaseModel):
    """
    An organisation as the operator enters it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['operator', 'rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border']
    names: dict[str, str]
    phone: str | None = None
    cleared: bool | None = False
    hidden: bool | None = False
    agreement: Agreement | None = None
    reporting_duty: dict[str, str] | None = {}
    description: dict[str, str] | None = {}
    email: str | None = None
    website: str | None = None
    phones: list[Phone] | None = Field([], validate_default=True)
    contacts: list[Contact] | None = Field([], validate_default=True)
    registration: str | None = None
    trusted: bool | None = False


class PageOfOrganization(BaseModel):
    items: list[Organization]


class PageOfProposal(BaseModel):
    items: list[Proposal]


class PageOfReservation(BaseModel):
    items: list[Reservation]


class PageOfVersionBrief(BaseModel):
    items: list[VersionBrief]


class RuleBody(BaseModel):
    """
    The rules as a whole. The defaults are those that Ihala ships as version 1.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    figure_good_for_days: int | None = 30
    wait_days_unless_known: int | None = 14
    answer_rate_unless_known: float | None = 0.8
    answers_until_known: float | None = 3
    opens_within_days: OpensWithin | None = Field(
        {'emergency': 3, 'urgent': 7, 'routine': 14}, validate_default=True
    )
    criteria: Criteria | None = Field(
        {'age': 'demand', 'sex': 'demand', 'status': 'demand', 'household': 'demand', 'documents': 'show', 'language': 'demand', 'accessibility': 'show', 'woman_counsellor': 'show', 'hours': 'demand'},
        validate_default=True,
    )
    order: list[Step] | None = None
    emergency_order: list[Step] | None = None


class Ruleset(BaseModel):
    """
    Rules with their number once they are published. `tried` are the counts of the last dry run of a draft.
    """

    id: UUID
    operator_id: UUID
    name: str
    state: Literal['draft', 'published']
    number: int | None
    body: RuleBody
    valid_from: AwareDatetime | None
    drafted_by: str
    published_by: str | None
    tried: dict[str, Any] | None
    changed_at: AwareDatetime
    version: int


class RulesetDraft(BaseModel):
    """
    Rules that an operator prepares.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    name: str
    body: RuleBody


class ServiceAtLocation(BaseModel):
    """
    One service at one location. `version` is its ETag; the counts of places and of the waiting list change without it.

    `waiting`: referrals on its waiting list now. `waited_days`: how long those who were served from it waited, in days, the last ones most;
    null when nobody was yet.
    """

    id: UUID
    service_id: UUID
    organization_id: UUID
    location: Location
    areas: list[str]
    description: dict[str, str]
    phones: list[Phone]
    contacts: list[Contact]
    schedules: list[Schedule]
    closures: list[Closure]
    unit: str
    status: Literal['open', 'closed']
    capacity: Capacity
    waiting: int
    waited_days: float | None
    version: int


class ServiceAtLocationDraft(BaseModel):
    """
    One service at one location. `capacity` counts for a new one; later it is changed by PUT …/capacity alone.

    Its own schedules replace the service's; its closures are added to the service's. `unit` is what a place is: bed, seat, family, …
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    id: UUID | None = None
    location: LocationDraft
    areas: list[str]
    status: Literal['open', 'closed'] | None = 'open'
    capacity: CapacityDraft
    description: dict[str, str] | None = {}
    phones: list[Phone] | None = Field([], validate_default=True)
    contacts: list[Contact] | None = Field([], validate_default=True)
    schedules: list[Schedule] | None = Field([], validate_default=True)
    closures: list[Closure] | None = Field([], validate_default=True)
    unit: str | None = 'place'


class ServiceDraft(BaseModel):
    """
    A service as the operator enters it, with all its locations; a location that is no longer named is closed.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    names: dict[str, str]
    need_codes: list[str]
    restricted: bool | None = False
    entry_condition: (
        Literal['none', 'court_order', 'police_report', 'family_consent'] | None
    ) = 'none'
    rules: Rules | None = Field(
        {'sex': [], 'statuses': [], 'languages': [], 'documents': []},
        validate_default=True,
    )
    allows_waitlist: bool | None = False
    languages: list[str] | None = []
    opening_hours: dict[str, str] | None = {}
    documents_to_bring: dict[str, str] | None = {}
    description: dict[str, str] | None = {}
    url: str | None = None
    email: str | None = None
    phones: list[Phone] | None = Field([], validate_default=True)
    contacts: list[Contact] | None = Field([], validate_default=True)
    costs: list[Cost] | None = Field([], validate_default=True)
    schedules: list[Schedule] | None = Field([], validate_default=True)
    closures: list[Closure] | None = Field([], validate_default=True)
    application_process: dict[str, str] | None = {}
    wait_days: int | None = None
    decision_target_hours: int | None = None
    woman_counsellor: bool | None = False
    status: Literal['active', 'paused', 'closed'] | None = 'active'
    at: list[ServiceAtLocationDraft]


class ApplicationDraft(BaseModel):
    """
    An organisation as it describes itself. `agreement` is the data-sharing agreement that it accepts, with its last day.

    `reporting_duty` says, in three languages, what its office must report by law. `hidden`: it wants no public page (a safe space).
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['rgc', 'wlco', 'hlp', 'lmrc', 'cpf', 'state', 'cso', 'nngo', 'ingo', 'io', 'private', 'border']
    names: dict[str, str]
    description: dict[str, str] | None = {}
    phone: str | None = None
    phones: list[Phone] | None = Field([], validate_default=True)
    contacts: list[Contact] | None = Field([], validate_default=True)
    email: str | None = None
    website: str | None = None
    registration: str | None = None
    agreement: Agreement | None = None
    reporting_duty: dict[str, str] | None = {}
    hidden: bool | None = False


class Card(BaseModel):
    """
    A service as a list shows it; the whole is at /v1/services/{id} for those who may read it.
    """

    id: UUID
    names: dict[str, str]
    description: dict[str, str]
    need_codes: list[str]
    restricted: bool
    entry_condition: str
    languages: list[str]
    opening_hours: dict[str, str]
    closures: list[Closure] | None = Field([], validate_default=True)
    """
    When it is closed for a while; those that are over may be among them.
    """
    organization: CardOrganization
    at: list[CardPlace]


class Found(BaseModel):
    """
    One service found. `distance_km` is from the point asked for to its nearest location; null where there is no point.
    """

    service: Card
    distance_km: float | None


class NewService(BaseModel):
    """
    The same, new, of an organisation.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    names: dict[str, str]
    need_codes: list[str]
    restricted: bool | None = False
    entry_condition: (
        Literal['none', 'court_order', 'police_report', 'family_consent'] | None
    ) = 'none'
    rules: Rules | None = Field(
        {'sex': [], 'statuses': [], 'languages': [], 'documents': []},
        validate_default=True,
    )
    allows_waitlist: bool | None = False
    languages: list[str] | None = []
    opening_hours: dict[str, str] | None = {}
    documents_to_bring: dict[str, str] | None = {}
    description: dict[str, str] | None = {}
    url: str | None = None
    email: str | None = None
    phones: list[Phone] | None = Field([], validate_default=True)
    contacts: list[Contact] | None = Field([], validate_default=True)
    costs: list[Cost] | None = Field([], validate_default=True)
    schedules: list[Schedule] | None = Field([], validate_default=True)
    closures: list[Closure] | None = Field([], validate_default=True)
    application_process: dict[str, str] | None = {}
    wait_days: int | None = None
    decision_target_hours: int | None = None
    woman_counsellor: bool | None = False
    status: Literal['active', 'paused', 'closed'] | None = 'active'
    at: list[ServiceAtLocationDraft]
    id: UUID | None = None
    organization_id: UUID


class PageOfRuleset(BaseModel):
    items: list[Ruleset]


class Results(BaseModel):
    """
    The services found, best first, then by id. The next page is in the Link header (rel="next").
    """

    items: list[Found]
    total: int
    """
    How many there are; when not `complete`, at least so many.
    """
    complete: bool
    """
    False when there were more than were counted; then ask for less.
    """
    relaxed: bool
    """
    True when nothing fits all the words: these fit some.
    """
    corrected: str | None
    """
    The query with its probable spelling, when it was read so.
    """
    understood: Reading
    facets: Facets | None
    """
    Null unless they are asked for.
    """


class Service(BaseModel):
    """
    A service with its organisation and locations.
    """

    id: UUID
    organization: OrganizationBrief
    names: dict[str, str]
    need_codes: list[str]
    restricted: bool
    entry_condition: str
    rules: Rules
    allows_waitlist: bool
    languages: list[str]
    opening_hours: dict[str, str]
    documents_to_bring: dict[str, str]
    description: dict[str, str]
    url: str | None
    email: str | None
    phones: list[Phone]
    contacts: list[Contact]
    costs: list[Cost]
    schedules: list[Schedule]
    closures: list[Closure]
    application_process: dict[str, str]
    wait_days: int | None
    decision_target_hours: int | None
    woman_counsellor: bool
    status: Literal['active', 'paused', 'closed']
    at: list[ServiceAtLocation]
    version: int


class Application(BaseModel):
    """
    An application. `missing` names what must be there before it can be approved.
    """

    id: UUID
    organization_id: UUID
    operator_id: UUID
    status: Literal['applied', 'returned', 'approved', 'refused']
    application: ApplicationDraft
    missing: list[str]
    checks: list[Check]
    words: dict[str, str]
    refused_for: str | None
    applied_at: AwareDatetime
    reviewed_at: AwareDatetime | None
    version: int


class PageOfApplication(BaseModel):
    items: list[Application]


class PageOfService(BaseModel):
    items: list[Service]


get_search: Operation[None, Results] = Operation('GET', '/directory/v1/search', Results, ('accessibility', 'area', 'cursor', 'facets', 'kind', 'language', 'lat', 'limit', 'lon', 'need', 'q', 'within_km'))
"""Return services that can be found now, best first; typing errors are put right, and when nothing fits all words, some are enough."""
get_search_suggestions: Operation[None, Suggestions] = Operation('GET', '/directory/v1/search/suggestions', Suggestions, ('q',))
"""Return what the beginning of a query could become. Organisations without anything public are not among it."""
get_needs: Operation[None, Needs] = Operation('GET', '/directory/v1/needs', Needs)
"""Return the controlled list of needs and population groups, in three languages."""
get_places: Operation[None, Places] = Operation('GET', '/directory/v1/places', Places, ('level', 'limit', 'q', 'within'))
"""Return governorates, districts, sub-districts and towns: all, or those whose name fits."""
get_places_at: Operation[None, Places] = Operation('GET', '/directory/v1/places/at', Places, ('latitude', 'longitude'))
"""Return the areas that a point lies in, the smallest first; nothing outside Iraq."""
get_places_boundary: Operation[None, Any] = Operation('GET', '/directory/v1/places/{code}/boundary', Any)
"""Return the outline of an area as a GeoJSON feature (RFC 7946), WGS 84, simplified."""
get_services: Listing[PageOfService, Service] = Listing('GET', '/directory/v1/services', PageOfService, ('area', 'cursor', 'limit', 'need'))
"""Return active services, by id. Restricted ones are shown to the cleared alone."""
post_services: Operation[NewService, Service] = Operation('POST', '/directory/v1/services', Service)
"""Enter a service of one of the operator's organisations."""
get_services_by_id: Operation[None, Service] = Operation('GET', '/directory/v1/services/{service_id}', Service)
"""Return one service."""
put_services_by_id: Operation[ServiceDraft, Service] = Operation('PUT', '/directory/v1/services/{service_id}', Service)
"""Change a service as a whole; a location that is no longer named is closed, and what is held there is taken back."""
get_services_at_locations_by_id: Operation[None, ServiceAtLocation] = Operation('GET', '/directory/v1/services-at-locations/{service_at_location_id}', ServiceAtLocation)
"""Return one service at one location, with its places."""
put_services_at_locations_capacity: Operation[NewFigure, ServiceAtLocation] = Operation('PUT', '/directory/v1/services-at-locations/{service_at_location_id}/capacity', ServiceAtLocation)
"""Say how many places are free now. Only the service's own organisation and its operator may."""
get_services_at_locations_openings: Operation[None, Openings] = Operation('GET', '/directory/v1/services-at-locations/{service_at_location_id}/openings', Openings, ('days', 'from'))
"""Return when a service is open at a location: its schedules (else the service's), less closures and holidays. Asia/Baghdad."""
get_holidays: Operation[None, Holidays] = Operation('GET', '/directory/v1/holidays', Holidays, ('from', 'until'))
"""Return the holidays from one day to another, both included; at most a thousand."""
post_holidays: Operation[NewHoliday, Holiday] = Operation('POST', '/directory/v1/holidays', Holiday)
"""Declare a holiday for the offices of the caller's operator in an area."""
delete_holidays_by_id: Operation[None, Holiday] = Operation('DELETE', '/directory/v1/holidays/{holiday_id}', Holiday)
"""Take a holiday back."""
get_organizations: Listing[PageOfOrganization, Organization] = Listing('GET', '/directory/v1/organizations', PageOfOrganization, ('cursor', 'limit', 'status'))
"""Return the operator's organisations in one state, by id. Who has only applied stands among the applications."""
post_organizations: Operation[NewOrganization, Organization] = Operation('POST', '/directory/v1/organizations', Organization)
"""Enter an organisation: it may take part from now on."""
get_organizations_by_id: Operation[None, Organization] = Operation('GET', '/directory/v1/organizations/{organization_id}', Organization)
"""Return one organisation."""
put_organizations_by_id: Operation[OrganizationDraft, Organization] = Operation('PUT', '/directory/v1/organizations/{organization_id}', Organization)
"""Change an organisation as a whole."""
post_organizations_suspension: Operation[Suspension, Organization] = Operation('POST', '/directory/v1/organizations/{organization_id}/suspension', Organization)
"""Give an organisation no offers from now on; places held there are taken back."""
delete_organizations_suspension: Operation[None, Organization] = Operation('DELETE', '/directory/v1/organizations/{organization_id}/suspension', Organization)
"""End a suspension. An employer of which a check was not passed is looked at again first."""
post_organizations_departure: Operation[Departure, Organization] = Operation('POST', '/directory/v1/organizations/{organization_id}/departure', Organization)
"""End an organisation's part for good: no offers, its services are closed, places held there are taken back. It cannot come back."""
post_organizations_checks: Operation[NewOrganizationCheck, OrganizationChecks] = Operation('POST', '/directory/v1/organizations/{organization_id}/checks', OrganizationChecks)
"""Record what an officer looked at. Another registration is taken only after it was; what is found wanting lets the offers rest."""
get_organizations_checks: Operation[None, OrganizationChecks] = Operation('GET', '/directory/v1/organizations/{organization_id}/checks', OrganizationChecks)
"""Return what was looked at: to the organisation itself, and to its operator."""
post_matches: Operation[MatchRequest, Matches] = Operation('POST', '/directory/v1/matches', Matches)
"""Return who could meet a need, best first, each criterion explained. Nothing is stored, nothing is promised."""
post_reservations: Operation[NewReservation, Reservation] = Operation('POST', '/directory/v1/reservations', Reservation)
"""Hold one place for a need, for 15 minutes, until a placement claims it as preferred."""
get_reservations: Listing[PageOfReservation, Reservation] = Listing('GET', '/directory/v1/reservations', PageOfReservation, ('cursor', 'limit'))
"""Return the operator's reservations that were claimed more than 15 minutes ago and that no referral names yet: to be looked at."""
get_reservations_by_id: Operation[None, Reservation] = Operation('GET', '/directory/v1/reservations/{reservation_id}', Reservation)
"""Return one reservation of the operator."""
delete_reservations_by_id: Operation[None, Reservation] = Operation('DELETE', '/directory/v1/reservations/{reservation_id}', Reservation)
"""Give up a reservation that no placement has claimed."""
post_applications: Operation[NewApplication, Application] = Operation('POST', '/directory/v1/applications', Application)
"""Ask to take part. What is missing for an approval is named in the answer; it may be sent as it is, and completed later."""
get_applications: Listing[PageOfApplication, Application] = Listing('GET', '/directory/v1/applications', PageOfApplication, ('cursor', 'limit', 'status'))
"""Return an operator the applications that it decides, anybody else its own; in one state, the oldest first."""
get_applications_by_id: Operation[None, Application] = Operation('GET', '/directory/v1/applications/{application_id}', Application)
"""Return one application: to the organisation itself, and to the operator that decides it."""
put_applications_by_id: Operation[ApplicationDraft, Application] = Operation('PUT', '/directory/v1/applications/{application_id}', Application)
"""Change an application as a whole, before it is decided or after it was returned: it waits for the operator again."""
post_applications_checks: Operation[NewCheck, Application] = Operation('POST', '/directory/v1/applications/{application_id}/checks', Application)
"""Record what an officer looked at. An employer is not approved before its registration, no fee, no minors and terms are checked."""
post_applications_review: Operation[Review, Application] = Operation('POST', '/directory/v1/applications/{application_id}/review', Application)
"""Approve an application (the organisation takes part from now on), return it with words, or refuse it with a reason."""
post_proposals: Operation[NewProposal, Proposal] = Operation('POST', '/directory/v1/proposals', Proposal)
"""Propose an edit of the caller's own entry, or a new service. What a trusted organisation proposes takes effect at once."""
get_proposals: Listing[PageOfProposal, Proposal] = Listing('GET', '/directory/v1/proposals', PageOfProposal, ('cursor', 'limit', 'status'))
"""Return an operator the proposals that it decides, anybody else its own; in one state, the oldest first."""
get_proposals_by_id: Operation[None, Proposal] = Operation('GET', '/directory/v1/proposals/{proposal_id}', Proposal)
"""Return one proposal: to the organisation itself, and to the operator that decides it."""
delete_proposals_by_id: Operation[None, Proposal] = Operation('DELETE', '/directory/v1/proposals/{proposal_id}', Proposal)
"""Take back an open proposal of the caller's own."""
post_proposals_decision: Operation[Decision, Proposal] = Operation('POST', '/directory/v1/proposals/{proposal_id}/decision', Proposal)
"""Approve a proposal, which then takes effect, or return it with words. A stale one can only be returned."""
get_organizations_versions: Listing[PageOfVersionBrief, VersionBrief] = Listing('GET', '/directory/v1/organizations/{organization_id}/versions', PageOfVersionBrief, ('cursor', 'limit'))
"""Return the versions of an organisation, the newest first."""
get_organizations_versions_by_version: Operation[None, Version] = Operation('GET', '/directory/v1/organizations/{organization_id}/versions/{version}', Version)
"""Return an organisation as it was published then."""
get_services_versions: Listing[PageOfVersionBrief, VersionBrief] = Listing('GET', '/directory/v1/services/{service_id}/versions', PageOfVersionBrief, ('cursor', 'limit'))
"""Return the versions of a service, the newest first."""
get_services_versions_by_version: Operation[None, Version] = Operation('GET', '/directory/v1/services/{service_id}/versions/{version}', Version)
"""Return a service with its locations as it was published then, without places."""
get_criteria: Operation[None, CriterionTexts] = Operation('GET', '/directory/v1/criteria', CriterionTexts)
"""Return how every criterion and result is said, in three languages."""
get_rulesets: Listing[PageOfRuleset, Ruleset] = Listing('GET', '/directory/v1/rulesets', PageOfRuleset, ('cursor', 'limit'))
"""Return what was published, and the caller's own drafts."""
post_rulesets: Operation[RulesetDraft, Ruleset] = Operation('POST', '/directory/v1/rulesets', Ruleset)
"""Draft rules. They hold for nobody until they are published."""
get_rulesets_in_force: Operation[None, Ruleset] = Operation('GET', '/directory/v1/rulesets/in-force', Ruleset)
"""Return the rules by which needs of the caller's operator are matched now."""
get_rulesets_by_id: Operation[None, Ruleset] = Operation('GET', '/directory/v1/rulesets/{ruleset_id}', Ruleset)
"""Return one ruleset."""
put_rulesets_by_id: Operation[RulesetDraft, Ruleset] = Operation('PUT', '/directory/v1/rulesets/{ruleset_id}', Ruleset)
"""Change a draft as a whole."""
post_rulesets_dry_run: Operation[DryRunRequest, DryRun] = Operation('POST', '/directory/v1/rulesets/{ruleset_id}/dry-run', DryRun)
"""Say which past answers these rules would have given differently. Nothing is offered, nothing moves."""
post_rulesets_publication: Operation[Publication, Ruleset] = Operation('POST', '/directory/v1/rulesets/{ruleset_id}/publication', Ruleset)
"""Publish a draft: it gets its number, and never changes again."""
get_placements_answers: Operation[None, Answers] = Operation('GET', '/directory/v1/placements/{placement_id}/answers', Answers)
"""Return what was answered to each attempt of a placement, every criterion in words."""
get_imports_template: Operation[None, bytes] = Operation('GET', '/directory/v1/imports/template', bytes)
"""Return the sheet to fill in: who does what, where, for whom, with the codes that may stand in it."""
post_imports: Operation[bytes, Import] = Operation('POST', '/directory/v1/imports', Import, ('dry_run', 'mode', 'source'))
"""Take a file of at most 1 MiB and 2,000 rows: a sheet (xlsx, CSV), HSDS (JSON, a line an entry) or an HSDS data package (zip)."""
get_imports_by_id: Operation[None, Import] = Operation('GET', '/directory/v1/imports/{import_id}', Import)
"""Return how an import stands. It is forgotten 90 days after its end; what it entered stays."""
get_imports_report: Listing[PageOfLine, Line] = Listing('GET', '/directory/v1/imports/{import_id}/report', PageOfLine, ('cursor', 'limit', 'only'))
"""Return the report in the caller's language: for each faulty cell what is wrong and right, for each row what became of it."""
get_exports_services: Operation[None, bytes] = Operation('GET', '/directory/v1/exports/services', bytes, ('format', 'modified_after'))
"""Return all services, by id. The answer is read while it is written: its end is the end of the export."""
