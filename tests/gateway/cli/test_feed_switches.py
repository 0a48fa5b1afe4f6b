"""`hearthgate feeds on|decide|off|status` at a running gateway: who acts is whom the token names, and nobody else."""

import httpx
import pytest

from gateway.demo.provider.over_http import sign_in_over_http
from gateway.demo.provider.parties import RelyingParty
from gateway.demo.switching_on import terms_for
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import generate_es256_key, public_jwks, save_private_key
from tests.gateway.northvale_world import copied
from tests.gateway.web.serving import served_northvale

FEED = "housing-repairs"
CLIENT = "brightwater-feeds"


@pytest.fixture(scope="module")
def served(northvale_world):
    with copied(northvale_world) as northvale, served_northvale(northvale) as one:
        yield one


@pytest.fixture(scope="module")
def token_of(served, tmp_path_factory):
    """The file in which a worker keeps the token of their sign-in."""
    folder = tmp_path_factory.mktemp("tokens")
    party = RelyingParty("hearthgate", frozenset({f"{served.url}/sign-in/return"}), served.url)

    def signed_in(worker):
        path = folder / worker
        if not path.exists():
            with httpx.Client(timeout=10, trust_env=False) as browser:
                path.write_text(sign_in_over_http(browser, served.issuer, party, served.email(worker)))
        return path

    return signed_in


@pytest.fixture
def feeds(served, token_of, hearthgate):
    def run(command, worker, *arguments):
        return hearthgate("feeds", command, *arguments, "--gateway", served.url, "--token-file", token_of(worker))

    return run


def terms(served, **changes):
    one = terms_for(served.wiring, served.wiring.feeds[FEED].profile)
    asked = {
        "purpose": one.purpose, "necessity": one.necessity, "dpia": one.dpia, "dpia-line": one.dpia_line,
        "use": one.use, "rhythm": one.rhythm, "argument": one.argument, **changes,
    }  # fmt: skip
    return [word for name, value in asked.items() for word in (f"--{name}", value)]


def test_a_feed_is_turned_off_and_switched_on_again_by_two_officers(served, feeds):
    off = feeds("off", "W601", FEED, "--reason", "We look at it again")
    assert (off.returncode, off.stdout) == (0, f"{FEED}: off\n"), off.stderr
    assert f"{FEED}  off" in feeds("status", "W602").stdout
    proposed = feeds("on", "W601", FEED, *terms(served))
    assert (proposed.returncode, "another officer decides" in proposed.stdout) == (0, True), proposed.stderr
    switch = proposed.stdout.split("switch ")[1].partition(";")[0]
    own = feeds("decide", "W601", FEED, switch, "--approve", "--reason", "Mine")
    assert (own.returncode, own.stdout) == (2, "")
    assert "Another officer decides on a switch that you proposed" in own.stderr
    done = feeds("decide", "W602", FEED, switch, "--approve", "--reason", "It holds")
    assert (done.returncode, done.stdout) == (0, f"{FEED}: on\n"), done.stderr
    assert feeds("status", "W601", FEED).stdout.startswith(f"{FEED}  on  last ")


def test_the_law_is_named_and_a_worker_switches_nothing(served, feeds):
    refused = feeds("on", "W601", "dwp-benefits", *terms(served))
    assert (refused.returncode, "Welfare Reform Act 2012 s.131" in refused.stderr) == (2, True), refused.stderr
    assert feeds("off", "W201", FEED, "--reason", "For fun").returncode == 2
    assert feeds("status", "W201").returncode == 2


def test_nobody_acts_without_a_token_of_their_own(served, hearthgate, tmp_path):
    path = tmp_path / "token"
    for text, words in (("not.a.token", "401"), ("", "holds no token"), ("two words", "holds no token")):
        path.write_text(text)
        refused = hearthgate("feeds", "off", FEED, "--reason", "Why not", "--gateway", served.url, "--token-file", path)
        assert (refused.returncode, words in refused.stderr) == (2, True)
        assert not text or text not in refused.stderr
    assert "say who asks" in hearthgate("feeds", "status", "--gateway", served.url).stderr
    path.write_text("not.a.token")
    away = hearthgate("feeds", "status", "--gateway", "http://gateway.example", "--token-file", path)
    assert "neither https nor loopback" in away.stderr


def test_a_partner_sees_how_its_own_feeds_stand(served, hearthgate, tmp_path):
    key = generate_es256_key()
    save_private_key(key, tmp_path / "client.pem")
    document = {CLIENT: {"agency": "brightwater_homes", "jwks": public_jwks(key), "scopes": ["feeds:push"]}}
    object.__setattr__(served.wiring, "clients", ClientRegistry.from_document(document))
    who = ("--gateway", served.url, "--client", CLIENT, "--key", tmp_path / "client.pem")
    told = hearthgate("feeds", "status", *who)
    assert told.returncode in {0, 1}, told.stderr
    assert {line.partition("-")[0] for line in told.stdout.splitlines()} == {"core", "housing"}
    assert hearthgate("feeds", "status", "police-nominals", *who).returncode == 2
