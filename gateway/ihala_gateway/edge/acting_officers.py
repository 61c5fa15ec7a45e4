"""Who sits at a client: an opaque sign that its own system gives its officer, so that it can be told later who did what.

A client that is a whole office calls for many officers. It names the one in a header; a token that names an officer itself says it alone.
"""

import re
from collections.abc import Iterable

from ihala_gateway.errors import ActingOfficerRefused
from ihala_gateway.oauth.grant import Grant

HEADER = b"ihala-acting-officer"
PATTERN = "^[A-Za-z0-9._:-]{1,64}$"
_SIGN = re.compile(PATTERN.encode()[1:-1])


def officer_of(headers: Iterable[tuple[bytes, bytes]], grant: Grant) -> str | None:
    """Return who acts for the client, if anybody is named. Raises ActingOfficerRefused (400)."""
    signed: str | None = grant.claims.get("acting_officer")
    named = [value for name, value in headers if name == HEADER]
    if not named:
        return signed
    if len(named) > 1 or not _SIGN.fullmatch(named[0]) or signed not in {None, named[0].decode("ascii")}:
        raise ActingOfficerRefused()
    return named[0].decode("ascii")
