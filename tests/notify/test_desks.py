"""What waits for a desk is shown to the operator alone, by ids and a governorate."""

from datetime import UTC, datetime

import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ArrivalAnnounced, CallBackAsked, ConcernFiled, Sensitivity, WaitingEnded
from ihala_notify.visibility import Circle, decide

from tests.notify.samples import OPERATOR, sample


@pytest.mark.parametrize(("model", "subject"), [
    (ArrivalAnnounced, "arrival_id"), (CallBackAsked, "call_back_id"), (WaitingEnded, "waiting_id"), (ConcernFiled, "occasion_id"),
])  # fmt: skip
def test_the_operator_alone_is_told_what_waits_for_its_desks(model: type[Event], subject: str) -> None:
    event = sample(model)
    found = decide(event, Circle(operator_id=OPERATOR, sensitivity=Sensitivity.STANDARD), datetime.now(UTC))
    assert list(found) == [OPERATOR]
    assert found[OPERATOR].subject == str(getattr(event, subject))
    assert "operator_id" not in found[OPERATOR].data
