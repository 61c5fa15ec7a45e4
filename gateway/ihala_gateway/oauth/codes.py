"""A code, and the grant it begins."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.oauth.authorization_request import Wanted
from ihala_gateway.oauth.families import hash_of, new_secret
from ihala_gateway.oauth.people import Person
from ihala_gateway.oauth.profile import CODE_SECONDS
from ihala_gateway.oauth.role_scopes import scopes_of, words_of
from ihala_gateway.oauth.tables import AuthorizationCode, PersonGrant
from ihala_gateway.staff.sessions import LONGEST, SignedIn
from ihala_gateway.tables import Client


def rights(person: SignedIn) -> Person:
    """Return the person as tokens name her."""
    return Person(
        person.account_id, person.account_version, person.organization_id, person.organization_kind, person.operator_id,
        tuple(sorted(person.governorates)), tuple(words_of(person.roles)), person.cleared, scopes_of(person.roles, trained=person.trained),
    )  # fmt: skip


async def issue(tx: AsyncSession, client: Client, wanted: Wanted, person: SignedIn, scope: Iterable[str], now: datetime) -> str:
    """Begin a grant and return the code for it. It ends with the session's longest life, whatever the client does."""
    grant, code = new_id(), new_secret()
    tx.add(PersonGrant(
        id=grant, client_id=client.client_id, account_id=person.account_id, session_id=person.session_id, scope=" ".join(sorted(scope)),
        auth_time=person.auth_time, methods=list(person.methods), expires_at=person.auth_time + LONGEST,
    ))  # fmt: skip
    await tx.flush()  # the code's row refers to it
    tx.add(AuthorizationCode(
        code_hash=hash_of(code), grant_id=grant, redirect_uri=wanted.redirect_uri, challenge=wanted.challenge,
        thumbprint=wanted.thumbprint, nonce=wanted.nonce, expires_at=now + timedelta(seconds=CODE_SECONDS),
    ))  # fmt: skip
    return code
