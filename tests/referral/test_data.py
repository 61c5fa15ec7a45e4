"""Competence, reasons and consequences: the data says what the domain says."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import ihala_directory
import ihala_intake
import pytest
from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.words import Words
from ihala_referral import consequences, labels
from ihala_referral.competence import competent, routes, sensitivity_of
from ihala_referral.consequences import Exclude, Next
from ihala_referral.errors import CommentMissing, CriterionMissing, QuestionNotAsked, ReasonUnknown
from ihala_referral.sealing import age_band
from ihala_referral.states import Act, Party

NINEWA = "IQG15"
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [
        ("hlp", ["housing.hlp", "housing.repair"], ["education.enrolment", "health.psychosocial", "legal.advice", "protection"]),
        ("rgc", ["legal.advice", "legal.complaint", "protection", "health.psychosocial"], ["housing.hlp", "work.job", "cash.grant"]),
        ("wlco", ["legal.documents", "protection"], ["housing.hlp"]),
        ("lmrc", ["work.job", "education.support", "reintegration.info", "family.safe_migration"], ["legal.advice", "reintegration.plan"]),
        ("cpf", [], ["safety.forum", "housing.hlp"]),
        ("private", [], ["work.job"]),
        ("unheard-of", [], ["work.job"]),
        ("operator", ["housing.hlp", "protection", "other"], []),
        ("nngo", ["cash.grant", "health.medical"], []),
    ],
)
def test_who_may_push_what_by_itself(kind: str, yes: Iterable[str], no: Iterable[str]) -> None:
    assert all(competent(kind, code, NINEWA, on=TODAY) for code in yes)
    assert not any(competent(kind, code, NINEWA, on=TODAY) for code in no)


def test_a_womens_office_acts_for_women_and_for_who_is_not_known_to_be_a_man() -> None:
    assert competent("wlco", "legal.advice", NINEWA, on=TODAY, sex="female")
    assert competent("wlco", "legal.advice", NINEWA, on=TODAY, sex=None)
    assert not competent("wlco", "legal.advice", NINEWA, on=TODAY, sex="male")


def test_the_codes_of_the_list_say_how_sensitive_they_are() -> None:
    assert sensitivity_of("housing.hlp") is Sensitivity.STANDARD
    assert sensitivity_of("legal.documents") is Sensitivity.PROTECTED
    assert sensitivity_of("legal.complaint") is sensitivity_of("protection.gbv") is Sensitivity.RESTRICTED
    assert sensitivity_of("housing") is None is sensitivity_of("nonsense")


@pytest.mark.parametrize(
    ("code", "following", "exclude"),
    [
        ("no_capacity", Next.PLACE, Exclude.LOCATION),
        ("not_eligible", Next.PLACE, Exclude.LOCATION),
        ("out_of_area", Next.PLACE, Exclude.LOCATION),
        ("out_of_mandate", Next.PLACE, Exclude.LOCATION),
        ("unable_to_contact", Next.TRIAGE, Exclude.ONCE_MORE),
        ("client_refused", Next.TRIAGE, Exclude.LOCATION),
        ("conflict_of_interest", Next.PLACE, Exclude.PAIR),
        ("unsafe_for_person", Next.PLACE, Exclude.PAIR),
        ("site_insecure", Next.PLACE, Exclude.LOCATION),
        ("already_served", Next.TRIAGE, Exclude.LOCATION),
        ("funding_ended", Next.PLACE, Exclude.LOCATION),
        ("service_closed", Next.PLACE, Exclude.LOCATION),
        ("documents_missing", Next.TRIAGE, Exclude.ONCE_MORE),
        ("incomplete_information", Next.TRIAGE, Exclude.ONCE_MORE),
        ("other", Next.PLACE, Exclude.LOCATION),
    ],
)
def test_every_reason_of_the_domain_has_its_consequence(code: str, following: Next, exclude: Exclude) -> None:
    found = consequences.of(Act.DECLINE, code)
    assert (found.next, found.exclude) == (following, exclude)
    assert consequences.of(Act.RELEASE, code) == found


def test_the_reasons_of_failure_are_those_of_the_domain() -> None:
    codes = {reason.code for reason in consequences.reasons() if "fail" in reason.acts}
    assert codes == {
        "unreachable", "no_first_contact", "provider_closed", "moved", "place_lost", "reservation_revoked", "consent_too_narrow",
    }  # fmt: skip


def test_every_reason_speaks_three_languages() -> None:
    for reason in consequences.reasons():
        assert reason.title.en and reason.title.ar and reason.title.ckb, reason.code


def test_a_reason_is_given_only_where_it_fits() -> None:
    with pytest.raises(ReasonUnknown) as refused:
        consequences.stated("no_such", Act.DECLINE, Party.PROVIDER, TODAY, comment=None)
    assert "no_capacity" in refused.value.members["known"] and "place_lost" not in refused.value.members["known"]
    with pytest.raises(ReasonUnknown):
        consequences.stated("place_lost", Act.FAIL, Party.PROVIDER, TODAY, comment=None)
    with pytest.raises(CommentMissing):
        consequences.stated("other", Act.DECLINE, Party.PROVIDER, TODAY, comment="")
    with pytest.raises(CriterionMissing):
        consequences.stated("not_eligible", Act.DECLINE, Party.PROVIDER, TODAY, comment=None)
    with pytest.raises(QuestionNotAsked):
        consequences.stated("incomplete_information", Act.DECLINE, Party.PROVIDER, TODAY, comment=None, rounds=0)


def test_a_reason_is_given_only_while_it_is_in_force_but_keeps_its_consequence(monkeypatch: pytest.MonkeyPatch) -> None:
    found = consequences.reason("no_capacity")
    over = replace(found, valid_from=TODAY - timedelta(days=2), valid_until=TODAY)
    monkeypatch.setitem(consequences._reasons(), "no_capacity", over)
    for off, given in ((-3, False), (-2, True), (0, True), (1, False)):
        day = TODAY + timedelta(days=off)
        if given:
            assert consequences.stated("no_capacity", Act.DECLINE, Party.PROVIDER, day, comment=None) == over
            continue
        with pytest.raises(ReasonUnknown) as refused:
            consequences.stated("no_capacity", Act.DECLINE, Party.PROVIDER, day, comment=None)
        assert "no_capacity" not in refused.value.members["known"]
    assert consequences.of(Act.DECLINE, "no_capacity") == found.consequence


def test_every_reason_says_whose_no_it_is_and_a_pair_is_looked_at_again_after_a_year() -> None:
    parties = {*(party.value for party in Party), "nobody"}
    for reason in consequences.reasons():
        assert reason.rejected_by in parties, reason.code
        assert (reason.lasts_months == 12) == (reason.consequence.exclude is Exclude.PAIR), reason.code
    assert consequences.reason("client_refused").rejected_by == "person"


@pytest.mark.parametrize(("age", "band"), [(0, "0-5"), (5, "0-5"), (6, "6-11"), (17, "12-17"), (18, "18-25"), (59, "26-59"), (60, "60+")])
def test_an_age_is_shown_as_a_band(age: int, band: str) -> None:
    assert age_band(age) == band
    assert age_band(None) is None


def test_intake_names_the_routes_as_we_do() -> None:
    with (Path(ihala_intake.__file__).parent / "data" / "routes.csv").open(encoding="utf-8") as file:
        named = {row["code"]: Words(row["en"], row["ar"], row["ckb"]) for row in csv.DictReader(file)}
    assert named == {route.code: route.title for route in routes()}


def test_labels_are_directorys_without_what_is_restricted() -> None:
    with (Path(ihala_directory.__file__).parent / "data" / "needs.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "need"]
    for row in rows:
        words = Words(row["name_en"], row["name_ar"], row["name_ckb"])
        assert labels.need(row["code"]) == (None if row["sensitivity"] == "restricted" else words), row["code"]
    with (Path(ihala_directory.__file__).parent / "data" / "places.csv").open(encoding="utf-8") as file:
        governorates = [row for row in csv.DictReader(file) if row["level"] == "governorate"]
    assert len(governorates) == 19
    for row in governorates:
        assert labels.governorate(row["code"]) == Words(row["name_en"], row["name_ar"], row["name_ckb"])
