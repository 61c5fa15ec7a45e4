"""HTTP in: scope, body, command, answer. No rule and no query."""

from ihala_directory.api import (
    applications,
    exports,
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
    lists.router,
    services.router,
    organizations.router,
    reservations.router,
    applications.router,
    proposals.router,
    versions.router,
    search.router,
    rules.router,
    imports.router,
    exports.router,
]
