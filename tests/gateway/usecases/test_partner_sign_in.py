"""A partner's machine that asks for a token leaves an entry, granted or refused; what names no machine leaves none."""

from dataclasses import replace

import pytest

from audit.entry import EventClass
from gateway import clock
from gateway.identity.assertion import token_form
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import generate_es256_key, public_jwks
from gateway.store.errors import DatabaseUnavailableError
from gateway.usecases.people import tokens
from gateway.usecases.people.tokens import issue_partner_token
from tests.gateway.audit.log_book import CONTEXT
from tests.gateway.audit.test_exporting_entries import entries_of

CLIENT = "northvale-police-feeds"


@pytest.fixture(scope="module")
def key():
    return generate_es256_key()


@pytest.fixture
def partner(wiring, key):
    registered = {"agency": "northvale_police", "jwks": public_jwks(key), "scopes": ["feeds:push"]}
    return replace(wiring, clients=ClientRegistry.from_document({CLIENT: registered}))


def form(wiring, key, client=CLIENT):
    address = f"{wiring.settings.public_url}/oauth/token"
    return token_form(key, client, address, now=wiring.clock(), jti=str(clock.new_opaque_id()))


def test_a_token_is_an_entry_of_the_machine_before_it_is_given(partner, key, database):
    status, _, _ = issue_partner_token(partner, CONTEXT, form(partner, key))
    (left,) = entries_of(database, EventClass.SIGN_IN)
    assert (status, left["who"], left["agency"], left["service"]) == (200, CLIENT, "northvale_police", CLIENT)
    assert (left["outcome"], left["authentication"]) == ("done", "private_key_jwt")


def test_a_refused_assertion_is_an_entry_of_the_machine_that_it_claims(partner, key, database):
    used = form(partner, key)
    issue_partner_token(partner, CONTEXT, used)
    assert issue_partner_token(partner, CONTEXT, used)[0] == 401
    assert issue_partner_token(partner, CONTEXT, form(partner, generate_es256_key()))[0] == 401
    left = entries_of(database, EventClass.SIGN_IN)
    assert [one["outcome"] for one in left] == ["done", "denied", "denied"]
    assert left[2]["detail"]["reasons"] == ["invalid_client"]
    assert (left[2]["who"], left[2]["authentication"]) == (CLIENT, None)


@pytest.mark.parametrize("assertion", ["", "a.b.c", "....", "e30.eyJzdWIiOjF9.x", "e30.bnVsbA.x"])
def test_what_names_no_registered_machine_leaves_nothing(partner, key, database, assertion):
    assert issue_partner_token(partner, CONTEXT, {**form(partner, key), "client_assertion": assertion})[0] == 401
    assert issue_partner_token(partner, CONTEXT, form(partner, key, "somebody-else"))[0] == 401
    assert entries_of(database, EventClass.SIGN_IN) == []


def test_no_token_is_given_where_it_cannot_be_recorded(partner, key, monkeypatch):
    def refuse(*_arguments):
        raise DatabaseUnavailableError("the log cannot be written")

    monkeypatch.setattr(tokens, "record", refuse)
    with pytest.raises(DatabaseUnavailableError):
        issue_partner_token(partner, CONTEXT, form(partner, key))
