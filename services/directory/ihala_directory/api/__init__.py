"""HTTP in: scope, body, command, answer. No rule and no query."""

from ihala_directory.api import lists, organizations, reservations, search, services

ROUTERS = [lists.router, services.router, organizations.router, reservations.router, search.router]
