"""Joins the pages of staff: which address is answered by what."""

from collections.abc import Mapping

from ihala_kit.db import Database

from ihala_gateway.settings import Settings
from ihala_gateway.staff.sign_in import Handler, SignIn

PREFIXES = (b"/sign-in", b"/sign-out", b"/account", b"/invitation")


def handlers(settings: Settings, database: Database) -> Mapping[tuple[str, str], Handler]:
    """Return the handlers of all pages by method and path."""
    return {**SignIn(settings, database).handlers()}
