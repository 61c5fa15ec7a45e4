"""HTTP in: scope, body, command, answer. No rule and no query."""

from ihala_intake.api import consents, disclosures, follow_ups, needs, people, requests

ROUTERS = [requests.router, needs.router, consents.router, disclosures.router, people.router, follow_ups.router]
