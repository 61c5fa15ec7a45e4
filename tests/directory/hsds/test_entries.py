"""Rows of every odd kind become valid HSDS; wrong entries are caught by the same validators; parts keep their ids."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ihala_directory.hsds import entries
from ihala_directory.hsds.entries import AtRows, ServiceRows, Told
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation

from tests.directory.hsds.validating import faults

TODAY = date(2026, 5, 1)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
TEXT = st.sampled_from(["مركز", "نا", "x", "a & b", "<", "'\"", "é\u200f", "{0}", "ک" * 500])
WORDS = st.dictionaries(st.sampled_from(["ar", "ckb", "en"]), TEXT, max_size=3)
CODES = st.sampled_from(["ar", "ckb", "en", "xyz"])
PHONE = st.fixed_dictionaries(
    {"number": st.sampled_from(["+964 700 000 0000", "115"])},
    optional={
        "type": st.sampled_from(["voice", "sms", "whatsapp", "hotline", "fax"]),
        "languages": st.lists(CODES, max_size=3),
        "note": WORDS,
    },
)
CONTACT = st.fixed_dictionaries(
    {"name": WORDS}, optional={"role": WORDS, "phone": st.none() | PHONE, "email": st.none() | st.just("a@b.iq")}
)
COST = st.fixed_dictionaries(
    {"amount": st.sampled_from([None, "0", "0.125", "999999999.999"])}, optional={"currency": st.just("USD"), "option": WORDS}
)
SCHEDULE = st.fixed_dictionaries(
    {
        "days": st.lists(st.sampled_from(["SU", "FR", "SA"]), min_size=1, unique=True),
        "opens_at": st.just("00:00"),
        "closes_at": st.just("24:00"),
    },
    optional={"valid_from": st.none() | DAYS.map(str), "valid_to": st.none() | DAYS.map(str), "note": WORDS},
)
CLOSURE = st.fixed_dictionaries({"from": DAYS.map(str), "until": DAYS.map(str)}, optional={"reason": WORDS})
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
RULES = st.fixed_dictionaries({}, optional={
    "age_min": st.integers(0, 120), "age_max": st.integers(0, 120), "sex": st.lists(st.sampled_from(["female", "male"]), unique=True),
    "statuses": st.lists(st.sampled_from(["group.idp", "group.host", "group.unknown"]), unique=True), "languages": st.lists(CODES),
    "household_min": st.integers(1, 50), "household_max": st.integers(1, 50), "documents": st.lists(CODES),
    "something_new": st.just({"a": 1}),
})  # fmt: skip
ORGANIZATION = st.builds(
    Organization, id=st.uuids(), operator_id=st.uuids(), kind=st.sampled_from(["cso", "private"]), names=WORDS, description=WORDS,
    phone=st.none() | st.just("+964 1"), phones=st.lists(PHONE, max_size=2), contacts=st.lists(CONTACT, max_size=2), joined_at=INSTANTS,
    changed_at=INSTANTS, status=st.sampled_from(["active", "suspended", "left"]), agreement_until=st.none() | DAYS, reporting_duty=WORDS,
    registration=st.none() | TEXT, website=st.sampled_from([None, "https://a.iq/x?y=1"]), email=st.sampled_from([None, "", "a@b.iq"]),
)  # fmt: skip
SERVICE = st.builds(
    Service, id=st.uuids(), organization_id=st.uuids(), operator_id=st.uuids(), names=WORDS, description=WORDS, rules=RULES,
    need_codes=st.lists(st.sampled_from(["housing.hlp", "work.job", "gone.need"]), min_size=1), phones=st.lists(PHONE, max_size=2),
    contacts=st.lists(CONTACT, max_size=2), costs=st.lists(COST, max_size=2), schedules=st.lists(SCHEDULE, max_size=2),
    closures=st.lists(CLOSURE, max_size=3), languages=st.lists(CODES), opening_hours=WORDS, documents_to_bring=WORDS,
    application_process=WORDS, wait_days=st.none() | st.integers(0, 3650), decision_target_hours=st.none() | st.integers(1, 2000),
    entry_condition=st.sampled_from(["none", "court_order"]), status=st.sampled_from(["active", "paused", "closed"]), changed_at=INSTANTS,
    url=st.sampled_from([None, "", "http://a.iq"]),
)  # fmt: skip
LOCATION = st.builds(
    Location, id=st.uuids(), organization_id=st.uuids(), operator_id=st.uuids(), names=WORDS, address=WORDS, transportation=WORDS,
    place=st.sampled_from(["IQG15Q08", "IQG15", "IQG99Q99"]), sub_district=st.sampled_from([None, "IQG15Q08N01"]), hidden=st.booleans(),
    latitude=st.sampled_from([None, 0.0, -90.0]), longitude=st.just(180.0), accessibility=st.lists(st.just("step_free")),
    phones=st.lists(PHONE, max_size=2), changed_at=INSTANTS,
)  # fmt: skip
AT = st.builds(
    ServiceAtLocation, id=st.uuids(), service_id=st.uuids(), location_id=st.uuids(), organization_id=st.uuids(), operator_id=st.uuids(),
    areas=st.lists(st.sampled_from(["IQG15", "IQG15Q08", "IQG99"]), min_size=1), description=WORDS, phones=st.lists(PHONE, max_size=1),
    contacts=st.lists(CONTACT, max_size=1), schedules=st.lists(SCHEDULE, max_size=2), closures=st.lists(CLOSURE, max_size=2),
    unit=st.sampled_from(["place", "bed"]), capacity_kind=st.just("slot"), figure=st.integers(0, 10**6), figure_at=INSTANTS,
    changed_at=INSTANTS, confirmed=st.booleans(), status=st.sampled_from(["open", "closed"]),
)  # fmt: skip
ROWS = st.builds(
    ServiceRows, service=SERVICE, organization=ORGANIZATION, changed_at=INSTANTS, figure_at=st.none() | INSTANTS,
    ats=st.lists(st.tuples(AT, LOCATION), max_size=2),
)  # fmt: skip
TOLD = st.builds(Told, language=st.sampled_from(["en", "ar", "ckb"]), today=DAYS)
SLOWLY = settings(max_examples=30, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@SLOWLY
@given(ROWS, AT, LOCATION, TOLD)
def test_whatever_the_rows_hold_it_is_valid(rows: ServiceRows, at: ServiceAtLocation, where: Location, told: Told) -> None:
    placed = AtRows(at, where, rows)
    assert faults("service_list", entries.service(rows, told)) == []
    assert faults("service", entries.whole_service(rows, told)) == []
    assert faults("service_at_location_list", entries.service_at_location(placed, told)) == []
    assert faults("service_at_location", entries.whole_service_at_location(placed, told)) == []
    assert faults("organization_list", entries.organization(rows.organization, told)) == []
    for full in (False, True):
        assert faults("organization", entries.whole_organization(rows.organization, [rows], told, full_service=full, complete=True)) == []
    assert entries.whole_service(rows, told) == entries.whole_service(rows, told)


def whole(**more: Any) -> dict[str, Any]:
    """A small whole service."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    one = Service(
        id=UUID(int=1), organization_id=UUID(int=2), operator_id=UUID(int=3), names={"en": "A"}, need_codes=["housing.hlp"], changed_at=at,
        phones=[{"number": "115"}], **more,
    )  # fmt: skip
    owner = Organization(id=UUID(int=2), operator_id=UUID(int=3), kind="cso", names={"en": "B"}, joined_at=at, changed_at=at,
                         agreement_until=TODAY)  # fmt: skip
    return entries.whole_service(ServiceRows(one, owner, at), Told("en", TODAY))


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "1"}, {"name": None}, {"status": "open"}, {"last_modified": "yesterday"}, {"last_modified": "2026-01-01"}, {"url": "no uri"},
        {"email": "nobody"}, {"minimum_age": "18"}, {"phones": [{"id": "x", "number": "1"}]}, {"phones": [{"number": "1"}]},
        {"schedules": [{"id": str(UUID(int=9)), "freq": "DAILY"}]}, {"metadata": []},
        {"organization": {"id": str(UUID(int=9)), "name": "x"}},
        {"capacities": [{"id": str(UUID(int=9)), "available": 1}]}, {"referral": {}}, {"eligibility_rules": [{"criterion": "height"}]},
        {"name_i18n": {"fr": "x"}},
    ],
)  # fmt: skip
def test_what_is_wrong_is_caught(broken: dict[str, Any]) -> None:
    assert faults("service", whole()) == []
    assert faults("service", whole() | broken) != []


def test_a_missing_member_is_caught() -> None:
    for name in ("id", "name", "status", "eligibility_rules", "referral"):
        assert faults("service", {key: value for key, value in whole().items() if key != name}) != []


@pytest.mark.parametrize(
    ("more", "status", "accepts"),
    [
        ({}, "active", True), ({"status": "paused"}, "temporarily closed", False), ({"status": "closed"}, "inactive", False),
        ({"closures": [{"from": "2026-05-01", "until": "2026-05-01"}]}, "temporarily closed", False),
        ({"closures": [{"from": "2026-05-02", "until": "2026-05-09"}]}, "active", True),
    ],
)  # fmt: skip
def test_the_status_says_whether_it_is_open_on_the_day(more: dict[str, Any], status: str, accepts: bool) -> None:
    made = whole(**more)
    assert (made["status"], made["referral"]["accepts"]) == (status, accepts)
    assert ("alert" in made) == bool(more.get("closures"))


def test_an_organisation_that_is_away_takes_nobody() -> None:
    rows = ServiceRows(
        Service(id=UUID(int=1), organization_id=UUID(int=2), operator_id=UUID(int=3), changed_at=datetime.now(UTC)),
        Organization(id=UUID(int=2), operator_id=UUID(int=3), kind="cso", joined_at=datetime.now(UTC), changed_at=datetime.now(UTC)),
        datetime.now(UTC),
    )
    for organization, status in (("suspended", "temporarily closed"), ("left", "defunct"), ("active", "active")):
        rows.organization.status = organization
        for until in (None, TODAY - timedelta(days=1)):
            rows.organization.agreement_until = until  # no agreement, no offer
            made = entries.service(rows, Told("en", TODAY))
            assert (made["status"], made["referral"]["accepts"]) == (status, False)
