"""When two acts are two people's, and until when what is kept: without a database."""

from datetime import UTC, datetime, timedelta

from ihala_intake.protection.held import without_others
from ihala_intake.protection.retention import Kept, signed_content

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_a_class_is_kept_so_many_days() -> None:
    assert Kept("personal", "standard", 730, 90).cutoff(AT) == AT - timedelta(days=730)


def test_a_signature_is_over_everything_a_report_says() -> None:
    good = {
        "operator_id": "o", "policy_version": 1, "dry_run": False, "counts": {"personal": {"destroyed": 1}}, "up_to": AT, "ran_at": AT,
    }  # fmt: skip
    others = [
        {"operator_id": "p"}, {"policy_version": 2}, {"dry_run": True}, {"counts": {"personal": {"destroyed": 2}}},
        {"up_to": AT + timedelta(microseconds=1)}, {"ran_at": AT + timedelta(microseconds=1)},
    ]  # fmt: skip
    contents = {signed_content(**good | other) for other in ({}, *others)}  # type: ignore[arg-type]
    assert len(contents) == 1 + len(others)


def test_who_wrote_it_down_is_not_the_persons() -> None:
    assert without_others({"how": "spoken", "recorded_by": "x", "by": "y", "interpreter": {}, "second": "z"}) == {"how": "spoken"}
