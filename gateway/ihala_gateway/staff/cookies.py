"""The browser's cookies, and what ties a form to the browser it was shown to."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

_VALUE = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_LONGEST_HEADER = 4096


@dataclass(frozen=True, slots=True)
class Names:
    """Names of our cookies. Over HTTPS they have the prefix that binds a cookie to this host (no domain, all paths, secure)."""

    secure: bool

    @property
    def session(self) -> str:
        """The session."""
        return self._of("ihala")

    @property
    def form(self) -> str:
        """What a form must match before anybody is signed in."""
        return self._of("ihala-form")

    @property
    def ceremony(self) -> str:
        """The step between two pages of the sign-in."""
        return self._of("ihala-step")

    @property
    def device(self) -> str:
        """That somebody signed in from this browser before: guessing elsewhere then does not lock her out here."""
        return self._of("ihala-device")

    @property
    def language(self) -> str:
        """The language that was chosen."""
        return self._of("ihala-language")

    def _of(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    def setting(self, name: str, value: str, seconds: int | None = None) -> str:
        """Return a Set-Cookie header; without `seconds` it goes with the browser, with 0 at once. Scripts never read it."""
        life = "" if seconds is None else f"; Max-Age={seconds}"
        # Lax: a partner's page sends people to us by a link, and they are signed in then; its forms come without the cookie
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{life}{'; Secure' if self.secure else ''}"


def names(tx: AsyncSession) -> Names:
    """Return the names for the gateway whose transaction this is."""
    return names_for(tx.info["service"].issuer)


def names_for(issuer: str) -> Names:
    """Return the names for the address at which browsers find us."""
    return Names(secure=issuer.startswith("https:"))


def read(header: str | None, name: str) -> str | None:
    """Return a cookie's value; None when it is not there, there twice, or nothing that we set."""
    if header is None or len(header) > _LONGEST_HEADER:
        return None
    found = [value for each, _, value in (part.strip().partition("=") for part in header.split(";")) if each == name]
    return found[0] if len(found) == 1 and _VALUE.fullmatch(found[0]) else None


def form_token(secret: str) -> str:
    """Return what a form carries: follows from a cookie that no other page can read, and does not tell it."""
    return hmac.new(secret.encode(), b"ihala form", hashlib.sha256).hexdigest()[:40]


def same(given: str, expected: str) -> bool:
    """Compare two tokens; takes as long whatever they hold."""
    return hmac.compare_digest(given.encode(), expected.encode())
