"""Whatever fails, at whichever commit: nothing personal on the client's socket without a committed authorisation."""

import json
import socket

import pytest

from tests.gateway.northvale_world import copied
from tests.gateway.served import raw, served
from tests.gateway.usecases.failing import AFTER, LOST, LOST_BEHIND, WAYS, failing

# The transactions of the two paths, in order. A use case that gains a commit gains three tests here.
READ = ("hg_desk", "hg_decide", "hg_read log", "hg_desk", "hg_read", "hg_read log")
AUTHORISATION, TICKET_USED = 2, 4
# A search reads behind the commit of its authorisation, on the log's own connection.
SEARCH = ("hg_desk", "hg_desk", "hg_search", "hg_decide", "hg_read log", "hg_read log", "hg_desk")
ASKED, SEARCH_TICKET, SEARCH_OUTCOME = 1, 4, 5
# The switch before a byte is read, the switch, the batch seen before; the batch noted; the one that takes it, and
# within it the switch and its error budget; the answer.
PUSH = ("hg_desk", "hg_desk", "hg_desk", "hg_intake", "hg_intake", "hg_desk")
NOTED, TAKEN = 3, 4
_BATCHES = "SELECT count(*) FROM desk.batch WHERE feed = :feed"
_WAITING = "SELECT count(*) FROM desk.spooled_batch"
_FEED = "housing-arrears"
_ENTRIES = "SELECT count(*) FROM audit.entry"
_TICKETS = "SELECT count(*) FROM audit.ticket"
_USES = "SELECT count(*) FROM audit.ticket_use"
_JOBS = "SELECT count(*) FROM jobs.procrastinate_jobs"


def points(path):
    return [pytest.param(at, way, id=f"{way} {role} {at}") for at, role in enumerate(path) for way in WAYS]


def texts(value) -> set[str]:
    """Every text of an answer that was cut from facts."""
    if isinstance(value, dict):
        return {text for part in value.values() for text in texts(part)}
    if isinstance(value, list):
        return {text for part in value for text in texts(part)}
    return {value} if isinstance(value, str) and len(value) > 3 else set()


def personal_of_family(answer: dict) -> set[str]:
    facts = [fact["values"] for part in ("circumstances", "events", "interventions") for fact in answer[part]]
    names = [member["identity"]["names"] for member in answer["members"]]
    born = [member["identity"]["birth_dates"] for member in answer["members"]]
    values = [one["value"] for list_ in (*names, *born) for one in list_]
    lines = [address["lines"] for address in answer["addresses"]]
    return texts([facts, values, lines]) - {"none"}


def body_of(received: bytes) -> bytes:
    return received.partition(b"\r\n\r\n")[2]


def status_of(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


@pytest.fixture(scope="module")
def personal(northvale_world):
    """What the family's page says in every copy of Northvale."""
    with copied(northvale_world) as northvale, served(northvale) as gateway:
        declaration = northvale.declare("B101", "tenancy_management")
        answer = gateway.family("B101", declaration, northvale.family_id("S2", "Kelly Marsh")).json()
    found = personal_of_family(answer)
    assert {"Kelly Marsh", "21 Weavers Row"} <= found
    return found


@pytest.fixture
def reading(northvale, personal):
    """The declaration, the family, and what its page would say."""
    declaration = northvale.declare("B101", "tenancy_management")
    return declaration, northvale.family_id("S2", "Kelly Marsh"), personal


def test_the_read_commits_what_is_written_here(northvale, reading):
    declaration, family, _ = reading
    database = failing(northvale.wiring.database)

    with served(northvale, northvale.with_database(database)) as gateway:
        assert gateway.family("B101", declaration, family).status_code == 200

    assert tuple(database.roles) == READ


@pytest.mark.parametrize(("at", "way"), points(READ))
def test_a_read_that_fails_puts_nothing_personal_on_the_socket(northvale, reading, at, way):
    declaration, family, personal = reading
    before = northvale.count("SELECT count(*) FROM audit.ticket")
    database = failing(northvale.wiring.database, at, way)
    wiring = northvale.with_database(database)

    with served(northvale, wiring) as gateway:
        received = raw(gateway, "GET", f"/v1/families/{family}", gateway.headers("B101", declaration))

    assert status_of(received) in {500, 503}
    assert not [text for text in personal if text.encode() in received]
    issued = northvale.count("SELECT count(*) FROM audit.ticket") - before
    assert issued == (1 if AUTHORISATION in database.committed else 0)
    used = northvale.count("SELECT count(*) FROM audit.ticket_use") - before
    assert used == (1 if TICKET_USED in database.committed else 0)
    assert (
        northvale.count("SELECT count(*) FROM audit.ticket t LEFT JOIN audit.entry e USING (entry_id) WHERE e IS NULL")
        == 0
    )


def test_a_reader_who_goes_away_leaves_the_log_whole(northvale, reading):
    declaration, family, _ = reading
    entries = northvale.count(_ENTRIES)

    with served(northvale) as gateway:
        with socket.create_connection(("127.0.0.1", gateway.port)) as client:
            headers = "".join(f"{k}: {v}\r\n" for k, v in gateway.headers("B101", declaration).items())
            client.sendall(f"GET /v1/families/{family} HTTP/1.1\r\nHost: gateway.test\r\n{headers}\r\n".encode())
        assert gateway.client.get("/health/live").status_code == 200

    # Either it never began or both halves are there: the server finishes what it started.
    assert northvale.count(_ENTRIES) - entries in {0, 2}


@pytest.fixture
def asking(northvale):
    declaration = northvale.declare("B101", "tenancy_management")
    born = northvale.person("S2", "Kelly Marsh")["dob"]
    body = json.dumps({"family_name": "Marsh", "given_name": "Kelly", "birth_date": born}).encode()
    return declaration, body


def test_the_search_commits_what_is_written_here(northvale, asking):
    declaration, _ = asking
    database = failing(northvale.wiring.database)

    with served(northvale, northvale.with_database(database)) as gateway:
        found = gateway.search("B101", declaration, northvale.person("S2", "Kelly Marsh"))

    assert [hit["identity"]["names"][0]["value"] for hit in found.json()["hits"]] == ["Kelly Marsh"]
    assert tuple(database.roles) == SEARCH


@pytest.mark.parametrize(("at", "way"), points(SEARCH))
def test_a_search_that_fails_puts_nobody_on_the_socket(northvale, asking, at, way):
    declaration, body = asking
    before = northvale.count("SELECT count(*) FROM audit.ticket")
    entries = northvale.count(_ENTRIES)
    database = failing(northvale.wiring.database, at, way)

    with served(northvale, northvale.with_database(database)) as gateway:
        headers = gateway.headers("B101", declaration) | {"Content-Type": "application/json"}
        received = raw(gateway, "POST", "/v1/people/search", headers, body)

    assert status_of(received) in {500, 503}
    assert b"Marsh" not in received
    assert b"family_id" not in received
    assert northvale.count("SELECT count(*) FROM audit.ticket") - before == (SEARCH_TICKET in database.committed)
    logged = sum(number in database.committed for number in (ASKED, SEARCH_TICKET, SEARCH_OUTCOME))
    assert northvale.count(_ENTRIES) - entries == logged


def test_a_search_that_loses_the_connection_behind_its_authorisation_leaves_that_and_nothing_else(northvale, asking):
    declaration, body = asking
    before = [northvale.count(said) for said in (_ENTRIES, _TICKETS, _USES)]
    database = failing(northvale.wiring.database, SEARCH_TICKET, LOST_BEHIND)

    with served(northvale, northvale.with_database(database)) as gateway:
        headers = gateway.headers("B101", declaration) | {"Content-Type": "application/json"}
        received = raw(gateway, "POST", "/v1/people/search", headers, body)

    assert status_of(received) == 503
    assert b"Marsh" not in received
    # Authorised, and the read taken back with its ticket: "may have been disclosed".
    after = [northvale.count(said) for said in (_ENTRIES, _TICKETS, _USES)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 1, 0]


@pytest.fixture
def pushing(northvale):
    tenancy = northvale.scenes["S2"]["tenancy_ref"]
    person = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
    day = f"{northvale.built.now:%Y-%m-%d}"
    return f"tenancy_ref,person_ref,as_at,balance,weeks,stage\n{tenancy},{person},{day},4711.11,11,NOSP\n".encode()


_HEADERS = {"Test-Caller": _FEED, "Content-Type": "text/csv", "Idempotency-Key": "a-push-that-fails"}
_NEW = "SELECT count(*) FROM hearth.fact f JOIN desk.batch b USING (batch_id) WHERE b.rows_read < 2 AND b.feed = :feed"


def test_the_push_commits_what_is_written_here(northvale, pushing):
    database = failing(northvale.wiring.database)

    with served(northvale, northvale.with_database(database)) as gateway:
        received = raw(gateway, "POST", f"/v1/feeds/{_FEED}/batches", _HEADERS, pushing)

    assert status_of(received) == 202
    assert tuple(database.roles) == PUSH
    assert northvale.count(_NEW, feed=_FEED) == 1


@pytest.mark.parametrize(("at", "way"), points(PUSH))
def test_a_push_that_fails_leaves_no_fact_without_its_entry_and_can_be_sent_again(northvale, pushing, at, way):
    entries, batches = northvale.count(_ENTRIES), northvale.count(_BATCHES, feed=_FEED)
    northvale.sql("TRUNCATE jobs.procrastinate_jobs CASCADE")
    database = failing(northvale.wiring.database, at, way)

    with served(northvale, northvale.with_database(database)) as gateway:
        received = raw(gateway, "POST", f"/v1/feeds/{_FEED}/batches", _HEADERS, pushing)

    assert status_of(received) in {500, 503}
    assert b"4711.11" not in received
    assert northvale.count(_NEW, feed=_FEED) == (TAKEN in database.committed)
    assert northvale.count(_ENTRIES) - entries == 2 * (TAKEN in database.committed)
    assert northvale.count(_JOBS) == (TAKEN in database.committed)
    # A batch that was noted waits until it is taken.
    assert northvale.count(_BATCHES, feed=_FEED) - batches == (NOTED in database.committed)
    assert northvale.count(_WAITING) == (NOTED in database.committed and TAKEN not in database.committed)

    with served(northvale) as gateway:
        again = raw(gateway, "POST", f"/v1/feeds/{_FEED}/batches", _HEADERS, pushing)

    assert status_of(again) == 202
    assert json.loads(body_of(again))["state"] == "accepted"
    assert northvale.count(_NEW, feed=_FEED) == 1
    assert northvale.count(_ENTRIES) - entries == 2
    assert northvale.count(_JOBS) == 1
    assert (northvale.count(_BATCHES, feed=_FEED) - batches, northvale.count(_WAITING)) == (1, 0)


@pytest.mark.parametrize("way", [LOST, AFTER])
def test_a_fact_and_the_entry_of_its_chunk_stand_or_fall_together(northvale, pushing, way):
    database = failing(northvale.wiring.database, TAKEN, way)
    with served(northvale, northvale.with_database(database)) as gateway:
        raw(gateway, "POST", f"/v1/feeds/{_FEED}/batches", _HEADERS, pushing)

    orphans = northvale.sql(
        "SELECT f.batch_id FROM (SELECT DISTINCT batch_id FROM hearth.fact) f WHERE NOT EXISTS ("
        " SELECT FROM audit.opening o JOIN audit.entry e USING (entry_id)"
        "  WHERE e.event_class = 'collection' AND o.fields::text LIKE '%' || f.batch_id || '%')"
    )

    assert orphans == []
