"""HTTP in: scope, body, command, answer. No rule and no query."""

from ihala_directory.api import (
    applications,
    checks,
    exports,
    hours,
    imports,
    lists,
    organizations,
    proposals,
    reservations,
    rules,
    search,
    services,
    versions,
)

ROUTERS = [
    search.router,  # first: it is asked most, and routes are tried in their order
    lists.router,
    services.router,
    hours.router,
    organizations.router,
    checks.router,
    reservations.router,
    applications.router,
    proposals.router,
    versions.router,
    rules.router,
    imports.router,
    exports.router,
]
