"""Codes of an authenticator app (TOTP, RFC 6238) and recovery codes. Each is worth something once."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp
from ihala_kit.rewrap import Wrapped
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.staff import store
from ihala_gateway.staff.tables import RecoveryCode, Totp

ISSUER = "Ihala"
STEP_SECONDS = 30
_AROUND = (0, -1, 1)  # clocks of phones differ
_CODES = 10
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no look-alikes; 12 of them are 60 bits


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has beside its password."""

    totp: bool
    passkeys: int
    codes: int  # recovery codes that are left

    @property
    def any(self) -> bool:
        """Tell whether there is a second factor; recovery codes alone are none."""
        return self.totp or self.passkeys > 0


def new_seed() -> str:
    """Return a random seed in base32, 160 bits."""
    return pyotp.random_base32()


def address(seed: str, name: str) -> str:
    """Return what an app reads from the QR code."""
    return pyotp.TOTP(seed, name=name, issuer=ISSUER).provisioning_uri()


def step_of(seed: str, code: str, now: datetime) -> int | None:
    """Return for which 30 seconds a code is the right one, as steps since 1970; None when it is wrong or too old."""
    current, totp = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(seed)
    digits = _digits(code)
    right = [step for step in (current + away for away in _AROUND) if hmac.compare_digest(totp.generate_otp(step), digits)]
    return right[0] if right else None


async def enrol(tx: AsyncSession, vault: Vault, account_id: UUID, seed: str, step: int, now: datetime) -> list[str]:
    """Take a seed for an account, whose code of `step` was right, instead of any before; return new recovery codes, told once."""
    await store.forget_totp(tx, account_id)
    sealed = vault.seal_direct(seed.encode(), _about(account_id))
    tx.add(Totp(account_id=account_id, sealed_seed=sealed, confirmed_at=now, last_step=step))
    return await renew_codes(tx, vault, account_id)


async def renew_codes(tx: AsyncSession, vault: Vault, account_id: UUID) -> list[str]:
    """Return ten new recovery codes, told once; the ones before are worth nothing."""
    await store.forget_codes(tx, account_id)
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(12)) for _ in range(_CODES)]
    tx.add_all([RecoveryCode(account_id=account_id, code_hash=_code_hash(vault, code)) for code in codes])
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


async def use(tx: AsyncSession, vault: Vault, account_id: UUID, code: str, now: datetime) -> bool:
    """Tell whether a code, of the app or for recovery, is right, and use it up."""
    plain = "".join(code.split()).replace("-", "").upper()
    if len(plain) == 12:
        return await store.use_code(tx, account_id, _code_hash(vault, plain))
    row = await store.totp(tx, account_id)
    if row is None:
        return False
    step = step_of(vault.open_direct(row.sealed_seed, _about(account_id)).decode(), plain, now)
    return step is not None and await store.use_step(tx, account_id, step)


def _digits(code: str) -> str:
    """Return six plain digits: keyboards here write them in three ways. What is none cannot be right."""
    plain = "".join(code.split())
    return "".join(str(int(each)) for each in plain) if len(plain) == 6 and plain.isdecimal() else ""


def _code_hash(vault: Vault, code: str) -> bytes:
    return vault.blind(code, "staff_recovery_code")


def _about(account_id: UUID | str) -> str:
    return f"staff_totp.sealed_seed.{account_id}"


UNDER_MASTER_KEY = Wrapped("staff_totp", "account_id", "sealed_seed", _about)
