"""HTTP in: scope, body, command, answer. No rule and no query."""

from ihala_intake.api import (
    arrivals,
    call_backs,
    cases,
    consents,
    disclosures,
    follow_ups,
    hand_overs,
    households,
    merges,
    needs,
    people,
    persons,
    requests,
)

ROUTERS = [
    hand_overs.router,
    merges.router,
    cases.router,
    call_backs.router, requests.router, arrivals.router,
    needs.router, consents.router, disclosures.router, people.router, persons.router, households.router, follow_ups.router,
]  # fmt: skip
