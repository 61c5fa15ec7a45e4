"""HTTP in: scope, body, command, answer. No rule and no query."""

from ihala_intake.api import (
    access_log,
    arrivals,
    attachments,
    break_glass,
    call_backs,
    cases,
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
    receipts,
    requests,
)

ROUTERS = [
    attachments.router,
    break_glass.router, access_log.router, erasures.router, held.router,
    hand_overs.router,
    merges.router,
    cases.router,
    call_backs.router, requests.router, arrivals.router, occasions.router,
    needs.router, consents.router, receipts.router, disclosures.router, people.router, persons.router, households.router, follow_ups.router,
]  # fmt: skip
