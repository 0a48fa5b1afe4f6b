"""One page: its template, its head, and the headers that every page carries."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from gateway.api.context import wired
from gateway.clock import new_secret
from gateway.settings import Settings
from gateway.usecases.people.page_sessions import RememberedPurpose
from gateway.web.desk import Desk
from gateway.web.words import clock_time, instant

HERE = Path(__file__).resolve().parent
_NONCE_BYTES = 16

TEMPLATES = Environment(
    loader=ChoiceLoader(
        [
            FileSystemLoader(HERE / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    ),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link of the navigation; `current` on the page itself."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Head:
    """What stands around every page's content."""

    council: str
    banner: str | None
    navigation: tuple[NavigationLink, ...]
    who: str | None
    purpose: str | None
    purpose_until: str | None
    emergency: bool
    stamp: str | None
    form_token: str
    assets: str


def render(
    request: Request, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """A template as a page. Whoever is signed in is read from the request's state, where `signed_in` left it."""
    wiring = wired(request)
    desk: Desk | None = getattr(request.state, "desk", None)
    nonce = new_secret(_NONCE_BYTES)
    head = head_of(wiring.settings, desk, request.url.path, wiring.clock())
    html = render_html(template, nonce, head, **values)
    return HTMLResponse(html, status, {**page_headers(nonce), **(headers or {})})


def render_html(template: str, nonce: str, head: Head, **values: Any) -> str:
    """The HTML of a page. Pure."""
    return TEMPLATES.get_template(template).render(cspNonce=nonce, head=head, **values)


def page_headers(nonce: str) -> dict[str, str]:
    """Security headers of a page (ecosystem: CSP level 3, strict; nothing is cached anywhere)."""
    policy = (
        "default-src 'none'",
        f"script-src 'self' 'nonce-{nonce}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "X-Robots-Tag": "noindex, nofollow",
    }


def head_of(settings: Settings, desk: Desk | None, path: str, now: datetime) -> Head:
    """The head of a page for whoever is signed in."""
    place = settings.council.removesuffix(" Council")
    purpose = desk.purpose if desk else None
    return Head(
        council=settings.council,
        banner=f"{place} demo: invented people" if settings.environment == "demo" else None,
        navigation=navigation(desk, path),
        who=_who(desk),
        purpose=purpose.title if purpose else None,
        purpose_until=clock_time(purpose.expires_at) if purpose else None,
        emergency=bool(purpose and purpose.break_glass),
        stamp=_stamp(desk, purpose, now),
        form_token=desk.session.csrf_token if desk else "",
        assets=asset_version(),
    )


def navigation(desk: Desk | None, path: str) -> tuple[NavigationLink, ...]:
    """The links that a role has use for."""
    if desk is None:
        return ()
    offered = [("Start", "/", True), ("Purpose", "/purpose", desk.duties.reads)]
    offered += [("Search", "/search", desk.duties.reads), ("Files", "/batches", desk.duties.supplies)]
    offered += [("Feeds", "/feeds", desk.duties.sees_feeds)]
    offered += [("Uses", "/uses", desk.duties.supplies or desk.duties.guards_privacy)]
    offered += [("Emergencies", "/emergencies", desk.duties.answers), ("Reviews", "/reviews", desk.duties.oversees)]
    offered += [("Audit log", "/log", desk.duties.oversees)]
    return tuple(NavigationLink(text, href, _within(path, href)) for text, href, use in offered if use)


@cache
def asset_version() -> str:
    """Changes with the styles, so that a browser never mixes old and new."""
    digest = hashlib.sha256()
    for path in (HERE / "VENDORED.json", *sorted((HERE / "static").glob("hearthgate.*"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _within(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(f"{href}/"))


def _who(desk: Desk | None) -> str | None:
    return f"{desk.caller.name}, {desk.duties.role_title}, {desk.duties.agency_title}" if desk else None


def _stamp(desk: Desk | None, purpose: RememberedPurpose | None, now: datetime) -> str | None:
    if desk is None:
        return None
    reason = f" for: {purpose.title}" if purpose else ""
    return f"Printed by {_who(desk)}, {instant(now)}{reason}. Keep it safe and destroy it when you no longer need it."
