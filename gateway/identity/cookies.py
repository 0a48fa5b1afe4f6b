"""The cookies of the pages (RFC 6265bis): HttpOnly, SameSite=Lax, Secure, one host, no domain."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from gateway.identity.errors import InsecureOriginError
from gateway.identity.origins import is_loopback, require_secure
from gateway.identity.session import ABSOLUTE_LIFE
from gateway.identity.sign_in import ATTEMPT_LIFE


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie: its name, life and the attributes that a `Set-Cookie` header carries."""

    name: str
    secure: bool
    life: timedelta

    def set(self, value: str) -> str:
        """The `Set-Cookie` header that gives `value`."""
        return self._header(value, int(self.life.total_seconds()))

    def clear(self) -> str:
        """The `Set-Cookie` header that takes it away."""
        return self._header("", 0)

    def _header(self, value: str, seconds: int) -> str:
        attributes = ["Path=/", f"Max-Age={seconds}", "HttpOnly", "SameSite=Lax"]
        return "; ".join([f"{self.name}={value}", *attributes, *(["Secure"] if self.secure else [])])


@dataclass(frozen=True, slots=True)
class Cookies:
    """The session's cookie and the one of an attempt to sign in."""

    session: Cookie
    attempt: Cookie

    @classmethod
    def for_address(cls, public_url: str, *, secure: bool = True) -> Self:
        """Cookies for the gateway at `public_url`; `InsecureOriginError` for one without TLS beyond loopback.

        Secure cookies have a `__Host-` name, which a browser accepts from this one host over TLS only. `secure` False
        is for http on loopback, where browsers would drop them.
        """
        parts = require_secure(public_url)
        if not secure and not is_loopback(parts.hostname or ""):
            raise InsecureOriginError("cookies without Secure are for loopback only")
        prefix = "__Host-" if secure else ""
        return cls(
            session=Cookie(f"{prefix}hearthgate-session", secure, ABSOLUTE_LIFE),
            attempt=Cookie(f"{prefix}hearthgate-sign-in", secure, ATTEMPT_LIFE),
        )
