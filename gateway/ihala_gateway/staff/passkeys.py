"""Passkeys (WebAuthn): keys that stay in a phone or a computer and sign only for our own address.

Imported where somebody uses one, since the library takes 12 MiB of a process that may never see a passkey.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import webauthn
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ihala_gateway.staff import store
from ihala_gateway.staff.relying_party import Party
from ihala_gateway.staff.tables import Account, Passkey

NAME = "Ihala"
_LONGEST = 8_000
_BAD = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError)  # what no answer of a browser holds


def to_register(at: Party, account_id: UUID, name: str, known: Sequence[Passkey]) -> tuple[str, bytes]:
    """Return the options (JSON) for a browser that makes a new passkey, and the challenge in them."""
    options = webauthn.generate_registration_options(
        rp_id=at.host, rp_name=NAME, user_id=account_id.bytes, user_name=name, exclude_credentials=_named(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )  # fmt: skip
    return webauthn.options_to_json(options), options.challenge


def to_sign_in(at: Party, known: Sequence[Passkey] = ()) -> tuple[str, bytes]:
    """Return the options (JSON) for a browser that shall sign, and the challenge in them; without `known` it asks for any of ours."""
    options = webauthn.generate_authentication_options(
        rp_id=at.host, allow_credentials=_named(known), user_verification=UserVerificationRequirement.REQUIRED
    )  # fmt: skip
    return webauthn.options_to_json(options), options.challenge


def registered(at: Party, answer: str, challenge: bytes, account_id: UUID, now: datetime) -> Passkey | None:
    """Return the new passkey that a browser's answer (JSON) tells of, or None when it does not hold."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer[:_LONGEST], expected_challenge=challenge, expected_rp_id=at.host, expected_origin=at.origin,
            require_user_verification=True,
        )  # fmt: skip
    except _BAD:
        return None
    return Passkey(
        credential_id=made.credential_id, passkey_id=new_id(), account_id=account_id, public_key=made.credential_public_key,
        sign_count=made.sign_count, created_at=now,
    )  # fmt: skip


async def locked_owner(tx: AsyncSession, answer: str) -> Account | None:
    """Return whose passkey a browser answers with, locked; ask before `signed_in`, so that all lock the account first."""
    try:
        credential = parse_authentication_credential_json(answer[:_LONGEST])
    except _BAD:
        return None
    owner = await store.owner_of_passkey(tx, credential.raw_id)
    return None if owner is None else await store.locked_account(tx, owner)


async def signed_in(
    tx: AsyncSession, at: Party, answer: str, challenge: bytes | None, now: datetime, account_id: UUID | None = None
) -> UUID | None:
    """Return whose passkey signed the challenge, or None. `account_id`: it must be this one's. A counter that goes back is a copy."""
    try:
        credential = parse_authentication_credential_json(answer[:_LONGEST])
    except _BAD:
        return None
    known = await store.passkey(tx, credential.raw_id)
    if known is None or challenge is None or account_id not in (None, known.account_id):
        return None
    try:
        proven = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=at.host, expected_origin=at.origin,
            credential_public_key=known.public_key, credential_current_sign_count=known.sign_count, require_user_verification=True,
        )  # fmt: skip
    except _BAD:
        return None
    known.sign_count, known.used_at = proven.new_sign_count, now
    return known.account_id


def _named(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=each.credential_id) for each in known]
