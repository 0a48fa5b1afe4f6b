"""Time-based one-time passwords (RFC 6238 over RFC 4226): six digits, thirty seconds, HMAC-SHA-1."""

import hashlib
import hmac
from datetime import datetime

STEP_SECONDS = 30
_DIGITS = 6
_STEPS_AHEAD = 3


def code_at(secret: bytes, instant: datetime, digits: int = _DIGITS) -> str:
    """The code that an authenticator app with `secret` shows at `instant`."""
    return code_of(secret, _step(instant), digits)


def fresh_step(instant: datetime, after: int | None) -> int | None:
    """The first time step from `instant` on that is later than `after`, the last one used.

    A code is good once (RFC 6238 section 5.2), so whoever signs in twice in half a minute takes the next one. None
    where that lies further ahead than an app's clock may run.
    """
    step = _step(instant) if after is None else max(_step(instant), after + 1)
    return step if step <= _step(instant) + _STEPS_AHEAD else None


def matching_step(secret: bytes, code: str, instant: datetime, after: int | None) -> int | None:
    """The time step that `code` belongs to, one behind to three ahead (RFC 6238 section 6); None where it is wrong."""
    now = _step(instant)
    for step in range(now - 1, now + _STEPS_AHEAD + 1):
        fresh = after is None or step > after
        if fresh and hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            return step
    return None


def code_of(secret: bytes, step: int, digits: int = _DIGITS) -> str:
    """The code of one time step (RFC 4226 section 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def _step(instant: datetime) -> int:
    return int(instant.timestamp()) // STEP_SECONDS
