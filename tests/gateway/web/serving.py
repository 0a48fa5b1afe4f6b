"""The real application over a copy of Northvale, beside the demo's identity provider, both on loopback."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from gateway import clock
from gateway.building import log_signer, oidc_settings
from gateway.demo.provider.over_http import follow_to_gateway
from gateway.demo.provider.parties import RelyingParty
from gateway.demo.provider.serving import bind_loopback, running_provider, serving
from gateway.identity.oidc import OidcProvider
from gateway.jobs.sequencer import run_sequencer
from gateway.wiring import Wiring
from tests.gateway.applications import application
from tests.gateway.northvale_world import Northvale
from tests.gateway.trusting import trusted


@dataclass
class Served:
    """Where the pages are, and who may sign in."""

    url: str
    issuer: str
    wiring: Wiring
    northvale: Northvale

    def email(self, worker: str) -> str:
        return self.northvale.staff[worker]["email"]


@contextmanager
def served_northvale(northvale: Northvale) -> Iterator[Served]:
    """Serve until the block ends. Time is the machine's own, as the provider's tokens need."""
    bound = bind_loopback()
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    party = RelyingParty("hearthgate", frozenset({f"{url}/sign-in/return"}), url)
    staff = list(northvale.staff.values())
    with (
        running_provider(staff, party=party) as issuer,
        httpx.Client(timeout=10, trust_env=False, verify=trusted()) as client,
    ):
        changed = {"public_url": url, "oidc_issuer": issuer, "environment": "demo"}
        settings = northvale.wiring.settings.model_copy(update=changed)
        wiring = replace(
            northvale.wiring, settings=settings, clock=clock.utc_now, mint=clock.new_id,
            mint_opaque=clock.new_opaque_id, provider=OidcProvider(oidc_settings(settings), client),
        )  # fmt: skip
        with sequencing(wiring), serving(application(wiring), bound):
            yield Served(url, issuer, wiring, northvale)


@contextmanager
def sequencing(wiring: Wiring) -> Iterator[None]:
    """The sequencer, in a thread: without it no entry becomes a leaf and no receipt has a proof."""
    stop = threading.Event()
    signer = log_signer(wiring.custody, wiring.settings)
    thread = threading.Thread(target=run_sequencer, args=(wiring.database, signer, wiring.clock, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def sequenced(served: Served) -> None:
    """Wait until every entry is a leaf. The sequencer is at work: a second one beside it finds a tree that grows."""
    until = time.monotonic() + 60
    while served.northvale.count("SELECT count(*) FROM audit.pending"):
        assert time.monotonic() < until, "the sequencer takes no entry"
        time.sleep(0.02)


def browser_like(served: Served) -> httpx.Client:
    """A client that keeps cookies, for one person at a desk."""
    return httpx.Client(base_url=served.url, timeout=20, trust_env=False, verify=trusted())


def sign_in(client: httpx.Client, served: Served, worker: str, return_to: str = "/") -> httpx.Response:
    """Follow the sign-in link, the provider's steps, and the way back; the page that one arrives at."""
    start = client.get("/sign-in", params={"return_to": return_to})
    assert start.status_code == 303, start.text
    with httpx.Client(timeout=10, trust_env=False, verify=trusted()) as elsewhere:
        back = follow_to_gateway(elsewhere, served.issuer, start.headers["location"], served.email(worker))
    return client.get(back, follow_redirects=True)


def form_token(page: httpx.Response) -> str:
    """The token that every form of the page carries."""
    before, _, rest = page.text.partition('name="form_token" value="')
    assert before
    assert rest, page.text[:400]
    return rest.partition('"')[0]


def declare(client: httpx.Client, purpose: str, **more: Any) -> httpx.Response:
    """Say why, as the form does."""
    token = form_token(client.get("/purpose"))
    data = {"form_token": token, "purpose": purpose, "reason": "a reason of the test", "next": "/search", **more}
    return client.post("/purpose", data=data, follow_redirects=True)
