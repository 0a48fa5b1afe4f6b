"""What every route needs of a request: its id and where it comes from, the wiring, and the caller."""

import hashlib
import re
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request

from gateway import clock
from gateway.errors import ForbiddenError
from gateway.identity.access_tokens import bearer_token, verify_access_token
from gateway.identity.caller import Caller, PartnerCaller, StaffCaller
from gateway.identity.sign_in import verify_provider_token
from gateway.identity.signed_tokens import claimed_issuer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}")
_MARK = 32
_LONGEST_DEVICE = 160
_TRACE_PARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def request_context(request: Request) -> RequestContext:
    """The ids of this request: minted once, and the same for entry, answer and trace."""
    known = getattr(request.state, "context", None)
    if isinstance(known, RequestContext):
        return known
    # An id of the caller's own making could carry a name into the log, so only a UUID is taken over.
    sent = request.headers.get("x-request-id", "")
    request_id = sent if _is_uuid(sent) else str(clock.new_opaque_id())
    trace = _TRACE_PARENT.fullmatch(request.headers.get("traceparent", ""))
    token = request.headers.get("authorization", "")
    context = RequestContext(
        request_id,
        trace[1] if trace else None,
        network=request.client.host if request.client else None,
        device=_device(request.headers.get("user-agent", "")),
        session=session_mark("token", token.encode()) if token else None,
    )
    request.state.context = context
    return context


def session_mark(kind: str, secret: bytes) -> str:
    """An opaque id of a session or token for entries: says nothing of the secret, which has 128 bits and more."""
    return hashlib.sha256(f"hearthgate audit {kind}/".encode() + secret).hexdigest()[:_MARK]


def _device(said: str) -> str | None:
    """What the client says that it is, in printable ASCII and cut short."""
    return "".join(letter for letter in said if letter.isascii() and letter.isprintable())[:_LONGEST_DEVICE] or None


def _is_uuid(text: str) -> bool:
    try:
        return _REQUEST_ID.fullmatch(text) is not None and str(UUID(text)) == text.lower()
    except ValueError:
        return False


def wired(request: Request) -> Wiring:
    """The wiring of this process."""
    wiring: Wiring = request.app.state.wiring
    return wiring


def authenticate(request: Request) -> Caller:
    """Who calls: a partner's machine with a token of ours, or a member of staff with one of the provider's.

    The provider is asked about tokens that name it as their issuer, and no others: a partner's token that has expired,
    or whose key is gone, is refused as such while the provider is down, and makes nobody fetch its keys. A token that
    does name the provider and whose key is new to us cannot be judged without asking: while nobody answers, that is
    `ProviderUnavailableError` (503), and the same token may be good a minute later.
    """
    wiring = wired(request)
    token = bearer_token(request.headers.get("authorization"))
    now = wiring.clock()
    url = wiring.settings.public_url
    if claimed_issuer(token) == wiring.provider.settings.issuer:
        return verify_provider_token(wiring.provider, token, now)
    return verify_access_token(token, wiring.token_keys.public, url, url, now)


def known_caller(request: Request, caller: Annotated[Caller, Depends(authenticate)]) -> Caller:
    """The same, remembered: whoever is refused later in this request is named in the entry that says so."""
    request.state.caller = caller
    return caller


def staff_only(caller: Annotated[Caller, Depends(known_caller)]) -> StaffCaller:
    """A member of staff; machines declare no purposes and read no families."""
    if isinstance(caller, PartnerCaller):
        raise ForbiddenError("this is for members of staff who sign in themselves")
    return caller


def declaration_id(purpose: Annotated[str | None, Header(alias="Hearthgate-Purpose")] = None) -> UUID | None:
    """The declaration that a request names; anything that is no id counts as none."""
    try:
        return UUID(purpose) if purpose else None
    except ValueError:
        return None


Wired = Annotated[Wiring, Depends(wired)]
Context = Annotated[RequestContext, Depends(request_context)]
Anyone = Annotated[Caller, Depends(known_caller)]
Staff = Annotated[StaffCaller, Depends(staff_only)]
DeclarationId = Annotated[UUID | None, Depends(declaration_id)]
