"""The demo's OpenID Connect provider: discovery, sign-in pages, tokens. Everything it sends, it shows in its outbox."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc.jwk import ECKey

from gateway.demo.provider.desk import Desk, SignIn
from gateway.demo.provider.guard import LoopbackOnly
from gateway.demo.provider.pages import Pages, by_agency, in_words
from gateway.demo.provider.parties import RelyingParty, RequestRefusedError, read_request
from gateway.demo.provider.staff import StaffMember, staff_by_email
from gateway.demo.provider.tokens import TokenSigner
from gateway.identity.errors import InsecureOriginError
from gateway.identity.keys import public_jwks
from gateway.identity.oidc import challenge_of
from gateway.identity.origins import is_loopback, require_secure

Clock = Callable[[], datetime]
_STATIC = {"/style.css": "text/css", "/icon.svg": "image/svg+xml"}
_GONE = {"heading": "This sign-in has ended", "text": "Go back to the gateway and sign in again."}


def create_provider(
    staff: Iterable[Mapping[str, Any]], *, issuer: str, party: RelyingParty, clock: Clock, key: ECKey
) -> FastAPI:
    """The provider as an application, for `staff` (see `StaffMember.from_entry`) and one relying party.

    `issuer` is its own address, scheme to port. `InsecureOriginError` unless that is loopback, and the application
    refuses every request that does not come over loopback to exactly that address.
    """
    address = require_secure(issuer)
    if not is_loopback(address.hostname or "") or address.path or address.query:
        raise InsecureOriginError("the demo provider runs on loopback only")
    app = FastAPI(title="Northvale demo sign-in", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(LoopbackOnly, host=address.netloc)
    desk = Desk(clock)
    _add_published(app, issuer, key)
    _add_sign_in(app, _Reception(desk, staff_by_email(staff), party, Pages(party.origins), issuer))
    _add_tokens(app, desk, party, TokenSigner(issuer, key))
    return app


class _Reception:
    """Leads a browser through the steps of one sign-in."""

    def __init__(
        self, desk: Desk, staff: dict[str, StaffMember], party: RelyingParty, pages: Pages, issuer: str
    ) -> None:
        self.desk = desk
        self.staff = staff
        self.party = party
        self.pages = pages
        self.issuer = issuer

    def authorize(self, query: Mapping[str, str]) -> Response:
        try:
            sign_in_id = self.desk.begin(read_request(query, self.party))
        except RequestRefusedError as refused:
            if refused.reported_to is None:
                text = "The application or its address is not known here."
                return self.pages.render("message.html", 400, heading="We cannot sign you in", text=text)
            return self._back(refused.reported_to, {"error": refused.code, "state": refused.state})
        return RedirectResponse(f"/sign-in/{sign_in_id}", 303)

    def show(self, sign_in_id: str, error: str = "") -> Response:
        sign_in = self.desk.find(sign_in_id)
        if sign_in is None:
            return self.pages.render("message.html", 410, **_GONE)
        status = 400 if error else 200
        if sign_in.step == "person":
            agencies = by_agency(list(self.staff.values()))
            values = {"agencies": agencies, "in_words": in_words, "sign_in_id": sign_in_id, "error": error}
            return self.pages.render("person.html", status, **values)
        return self.pages.render("code.html", status, sign_in_id=sign_in_id, error=error, **_words_of(sign_in))

    def take(self, sign_in_id: str, email: str, code: str) -> Response:
        sign_in = self.desk.find(sign_in_id)
        if sign_in is None:
            return self.show(sign_in_id)
        if sign_in.step == "person":
            member = self.staff.get(email.lower())
            if member is None:
                return self.show(sign_in_id, "Choose who is signing in")
            self.desk.choose(sign_in, member)
        elif not self.desk.enter_code(sign_in, code.strip()):
            return self.show(sign_in_id, "That code is not right, or is too old")
        granted = self.desk.finish(sign_in_id)
        if granted is None:
            return RedirectResponse(f"/sign-in/{sign_in_id}", 303)
        return self._back(sign_in.request.redirect_uri, {"code": granted, "state": sign_in.request.state})

    def outbox(self) -> list[dict[str, str | None]]:
        return [
            {
                "name": letter.member.name,
                "email": letter.member.email,
                "code": letter.code,
                "sent_at": letter.sent_at.isoformat(timespec="seconds"),
                "sent_at_words": letter.sent_at.strftime("%d %B %Y, %H:%M:%S"),
                "authenticator": self.desk.authenticator_code(letter.member),
            }
            for letter in self.desk.letters()
        ]

    def signed_out(self, query: Mapping[str, str]) -> Response:
        """No session is kept here, so there is nothing to end but the way back (RP-Initiated Logout 1.0)."""
        address = query.get("post_logout_redirect_uri", "")
        if address in self.party.signed_out_uris:
            state = urlencode({"state": query["state"]}) if "state" in query else ""
            return RedirectResponse(f"{address}?{state}" if state else address, 303)
        return self.pages.render("message.html", heading="You have signed out", text="You can close this page.")

    def _back(self, redirect_uri: str, answer: Mapping[str, str]) -> Response:
        joint = "&" if "?" in redirect_uri else "?"
        # `iss` as RFC 9207 asks; 303 so that the form's fields are not sent on (RFC 9700 section 4.12).
        return RedirectResponse(f"{redirect_uri}{joint}{urlencode({**answer, 'iss': self.issuer})}", 303)


def _words_of(sign_in: SignIn) -> dict[str, str]:
    if sign_in.step == "authenticator":
        return {
            "heading": "Enter the code from your authenticator app",
            "explanation": "People outside the council prove who they are in two steps.",
            "label": "6-digit code from the app",
        }
    return {
        "heading": "Check your e-mail",
        "explanation": "We sent a 6-digit code. It works for 10 minutes.",
        "label": "6-digit code from the e-mail",
    }


def _add_published(app: FastAPI, issuer: str, key: ECKey) -> None:
    metadata = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/end-session",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": ["openid", "profile", "email"],
    }
    jwks = public_jwks(key)
    templates = Path(__file__).parent / "templates"
    static = {path: (templates / path[1:]).read_text("utf-8") for path in _STATIC}

    @app.get("/.well-known/openid-configuration")
    def configuration() -> dict[str, Any]:
        return metadata

    @app.get("/jwks")
    def published_keys() -> dict[str, Any]:
        return jwks

    @app.get("/style.css")
    @app.get("/icon.svg")
    def static_file(request: Request) -> Response:
        path = urlsplit(str(request.url)).path
        return Response(static[path], media_type=_STATIC[path])


def _add_sign_in(app: FastAPI, reception: _Reception) -> None:
    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        return reception.authorize(request.query_params)

    @app.get("/sign-in/{sign_in_id}")
    def step(sign_in_id: str) -> Response:
        return reception.show(sign_in_id)

    @app.post("/sign-in/{sign_in_id}")
    def next_step(sign_in_id: str, email: Annotated[str, Form()] = "", code: Annotated[str, Form()] = "") -> Response:
        return reception.take(sign_in_id, email, code)

    @app.get("/outbox")
    def outbox() -> Response:
        return reception.pages.render("outbox.html", letters=reception.outbox())

    @app.get("/outbox.json")
    def outbox_for_machines() -> Response:
        return JSONResponse(reception.outbox(), headers={"Cache-Control": "no-store"})

    @app.get("/end-session")
    def end_session(request: Request) -> Response:
        return reception.signed_out(request.query_params)


def _add_tokens(app: FastAPI, desk: Desk, party: RelyingParty, signer: TokenSigner) -> None:
    @app.post("/token")
    def token(
        grant_type: Annotated[str, Form()] = "",
        code: Annotated[str, Form()] = "",
        client_id: Annotated[str, Form()] = "",
        redirect_uri: Annotated[str, Form()] = "",
        code_verifier: Annotated[str, Form()] = "",
    ) -> Response:
        if grant_type != "authorization_code" or client_id != party.client_id:
            return _token_answer(400, {"error": "invalid_request"})
        # The code is spent even where the rest is wrong, so that a thief has one try at the verifier.
        grant = desk.redeem(code)
        proven = (
            grant is not None
            and grant.request.redirect_uri == redirect_uri
            and code_verifier.isascii()
            and challenge_of(code_verifier) == grant.request.code_challenge
        )
        if grant is None or not proven:
            return _token_answer(400, {"error": "invalid_grant"})
        return _token_answer(200, signer.answer(grant, party, desk.clock()))


def _token_answer(status: int, body: dict[str, Any]) -> Response:
    return JSONResponse(body, status, {"Cache-Control": "no-store", "Pragma": "no-cache"})
