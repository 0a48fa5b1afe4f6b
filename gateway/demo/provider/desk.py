"""The provider's memory: sign-ins under way, the outbox of the demo, authorization codes. Kept in the process only."""

import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from gateway.clock import new_one_time_code, new_opaque_id, new_secret
from gateway.demo.provider.parties import AuthorizationRequest
from gateway.demo.provider.staff import StaffMember
from gateway.demo.provider.totp import code_of, fresh_step, matching_step

SIGN_IN_LIFE = timedelta(minutes=10)
CODE_LIFE = timedelta(seconds=60)
_MOST_WRONG_CODES = 5
_MOST_KEPT = 500
_MOST_LETTERS = 50


@dataclass(slots=True)
class SignIn:
    """One sign-in under way. `member` is chosen first, then the e-mailed code, then, for some, the authenticator."""

    request: AuthorizationRequest
    expires_at: datetime
    member: StaffMember | None = None
    email_code: str = field(default="", repr=False)
    methods: tuple[str, ...] = ()
    wrong_codes: int = 0

    @property
    def step(self) -> str:
        """What is asked next: `person`, `email` or `authenticator`."""
        if self.member is None:
            return "person"
        return "authenticator" if "email" in self.methods else "email"


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail that the demo does not send but shows."""

    member: StaffMember
    code: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authorization code stands for."""

    request: AuthorizationRequest
    member: StaffMember
    methods: tuple[str, ...]
    granted_at: datetime


class Desk:
    """Everything that changes while the provider runs, behind one lock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._lock = Lock()
        self._sign_ins: dict[str, SignIn] = {}
        self._grants: dict[str, Grant] = {}
        self._used_steps: dict[str, int] = {}
        self._letters: deque[Letter] = deque(maxlen=_MOST_LETTERS)

    def begin(self, request: AuthorizationRequest) -> str:
        """The id of a new sign-in; it stands in an address, and says nothing."""
        sign_in_id = str(new_opaque_id())
        with self._lock:
            self._drop_oldest(self._sign_ins)
            self._sign_ins[sign_in_id] = SignIn(request, self.clock() + SIGN_IN_LIFE)
        return sign_in_id

    def find(self, sign_in_id: str) -> SignIn | None:
        """The sign-in of that id, unless it is over."""
        sign_in = self._sign_ins.get(sign_in_id)
        return sign_in if sign_in is not None and self.clock() < sign_in.expires_at else None

    def choose(self, sign_in: SignIn, member: StaffMember) -> None:
        """Say who signs in, and put a code into the outbox. A choice once made stays."""
        with self._lock:
            if sign_in.member is None:
                sign_in.member = member
                sign_in.email_code = new_one_time_code()
                self._letters.append(Letter(member, sign_in.email_code, self.clock()))

    def enter_code(self, sign_in: SignIn, code: str) -> bool:
        """Whether `code` is the one asked for now. After five wrong ones the sign-in is over."""
        with self._lock:
            if sign_in.member is None or sign_in.wrong_codes >= _MOST_WRONG_CODES:
                return False
            if sign_in.step == "email":
                right = hmac.compare_digest(sign_in.email_code.encode(), code.encode())
                method = "email"
            else:
                right = self._is_authenticator_code(sign_in.member, code)
                method = "otp"
            if right:
                sign_in.methods = (*sign_in.methods, method)
                return True
            sign_in.wrong_codes += 1
            if sign_in.wrong_codes >= _MOST_WRONG_CODES:
                sign_in.expires_at = self.clock()
            return False

    def finish(self, sign_in_id: str) -> str | None:
        """The authorization code, once every step is done; the sign-in is over then. None while a step is missing."""
        with self._lock:
            sign_in = self._sign_ins.get(sign_in_id)
            if sign_in is None or sign_in.member is None or "email" not in sign_in.methods:
                return None
            if sign_in.member.second_factor and "otp" not in sign_in.methods:
                return None
            del self._sign_ins[sign_in_id]
            self._drop_oldest(self._grants)
            code = new_secret(32)
            self._grants[code] = Grant(sign_in.request, sign_in.member, sign_in.methods, self.clock())
            return code

    def redeem(self, code: str) -> Grant | None:
        """What `code` stands for, once, within a minute."""
        with self._lock:
            grant = self._grants.pop(code, None)
        return grant if grant is not None and self.clock() < grant.granted_at + CODE_LIFE else None

    def letters(self) -> list[Letter]:
        """The outbox, newest first."""
        with self._lock:
            return list(reversed(self._letters))

    def authenticator_code(self, member: StaffMember) -> str | None:
        """What the app of `member` shows; None where they have none, or have used the codes of this minute up."""
        if not member.second_factor:
            return None
        step = fresh_step(self.clock(), self._used_steps.get(member.subject))
        return None if step is None else code_of(member.totp_secret, step)

    def _is_authenticator_code(self, member: StaffMember, code: str) -> bool:
        step = matching_step(member.totp_secret, code, self.clock(), self._used_steps.get(member.subject))
        if step is None:
            return False
        self._used_steps[member.subject] = step
        return True

    @staticmethod
    def _drop_oldest(kept: dict[str, SignIn] | dict[str, Grant]) -> None:
        if len(kept) >= _MOST_KEPT:
            del kept[next(iter(kept))]
