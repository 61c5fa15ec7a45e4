"""HTTP in: scope, body, command, answer. No rule and no query."""

from ihala_intake.api import (
    access_log,
    appointments,
    arrivals,
    assessments,
    assistance,
    attachments,
    break_glass,
    call_backs,
    cases,
    complaints,
    consents,
    disclosures,
    erasures,
    follow_ups,
    hand_overs,
    held,
    households,
    merges,
    needs,
    occasions,
    people,
    persons,
    plans,
    programme_plans,
    receipts,
    reports,
    request_files,
    requests,
)

ROUTERS = [
    call_backs.router,  # before the requests: /v1/requests/self is the id of none
    requests.router,  # what comes in most is found early
    complaints.router,
    appointments.router,
    assistance.router, assessments.router, programme_plans.router, plans.router,
    attachments.router,
    break_glass.router, access_log.router, erasures.router, held.router,
    hand_overs.router,
    merges.router,
    cases.router,
    request_files.router, arrivals.router, occasions.router,
    needs.router, reports.router, consents.router, receipts.router, disclosures.router, people.router, persons.router, households.router,
    follow_ups.router,
]  # fmt: skip
