"""S3 on the pages: each answer, headers included, is the same to the byte without the refuge's rows or a mark."""

import re
from contextlib import contextmanager

import httpx
import pytest

from gateway.identity.session import resume_session, start_session
from gateway.usecases.people.page_sessions import PageSessions
from gateway.web.desk import cookies_of
from tests.gateway.served import served
from tests.journeys.test_byte_equal import northvale_without
from tests.journeys.test_silent_protection import northvale_marked_by

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NONCE = re.compile(r"nonce(?:-|=\")[A-Za-z0-9_-]{20,}")
ASKED = (
    {"family_name": "Nair"}, {"family_name": "Nair", "postcode": "NV6 0SU"}, {"postcode": "NV6 0SU"},
    {"birth_date_day": "28", "birth_date_month": "11", "birth_date_year": "1990"},
    {"number": "9992682205", "scheme": "nhs_number"},
)  # fmt: skip
"""Mother and child by name, by where they are, by birth and by number."""
LISTS = ("/", "/batches", "/feeds", "/uses", "/notices", "/corrections", "/permissions")


@contextmanager
def at_desk(northvale, worker):
    """A browser of somebody who is signed in, and the token of their forms."""
    sessions, now = PageSessions(northvale.wiring), northvale.wiring.clock()
    cookie = start_session(sessions, northvale.reader(worker), None, now)
    token = resume_session(sessions, cookie, now).csrf_token
    cookies = {cookies_of(northvale.wiring).session.name: cookie}
    with served(northvale) as gateway, httpx.Client(base_url=gateway.client.base_url, cookies=cookies) as client:
        yield client, token


def seen(northvale, worker, purpose):
    """Everything that a reader gets of the family, by page, in a search and on paper."""
    families = [northvale.family_id("S3", name) for name in ("Vikram Nair", "Priya Nair", "Rohan Nair")]
    known = {str(row.family_id) for row in northvale.sql("SELECT family_id FROM hearth.person")}
    with at_desk(northvale, worker) as (client, token):
        form = {"form_token": token}
        answers = []
        if purpose:
            client.post("/purpose", data=form | {"purpose": purpose, "reason": "a reason of the test"})
            answers += [client.post("/search", data=form | asked) for asked in ASKED]
            answers += [client.get(f"/families/{family}") for family in families]
            answers += [client.post(f"/families/{family}/print", data=form) for family in families]
        answers += [client.get(path) for path in LISTS]
        return [without_chance(answer, token, known) for answer in answers]


def without_chance(answer, token, known):
    """All that was sent, but for ids, nonces and the form's token: each request has its own."""
    lines = [f"{name}: {value}" for name, value in answer.headers.multi_items() if name != "date"]
    text = "\n".join([str(answer.status_code), *lines, answer.text]).replace(token, "")
    return _NONCE.sub("", ID.sub(lambda found: found[0] if found[0] in known else "", text))


@pytest.mark.parametrize(
    ("worker", "purpose"),
    [
        ("W203", "early_help"), ("B101", "tenancy_management"), ("W411", "homelessness"), ("W501", "council_tax"),
        ("W402", "attendance"), ("B103", None), ("N101", None), ("S103", None),
    ],
)  # fmt: skip
def test_no_page_tells_of_the_refuge(northvale_world, northvale, worker, purpose):
    whole = seen(northvale, worker, purpose)

    with northvale_without(northvale_world, ("refuge",)) as without:
        assert seen(without, worker, purpose) == whole
    assert sum(answer.startswith("200") for answer in whole) >= (11 if purpose else 2)


def test_who_may_know_of_the_refuge_reads_other_pages(northvale_world, northvale):
    whole = seen(northvale, "W101", "front_door")

    with northvale_without(northvale_world, ("refuge",)) as without:
        assert seen(without, "W101", "front_door") != whole


@pytest.mark.parametrize(
    ("worker", "purpose", "sources"),
    [
        ("W203", "early_help", ("refuge", "pds")), ("B101", "tenancy_management", ("refuge", "pds")),
        ("W402", "attendance", ("refuge", "pds")), ("W411", "homelessness", ("refuge",)),
    ],
)  # fmt: skip
def test_no_page_search_or_print_tells_of_a_mark(northvale_world, worker, purpose, sources):
    """What the refuge sent stands in each world, but for the mark. The NHS's has no day, so a tenancy is of since."""
    with northvale_marked_by(northvale_world) as unmarked:
        nobody = seen(unmarked, worker, purpose)

    for source in sources:
        with northvale_marked_by(northvale_world, source) as marked:
            assert seen(marked, worker, purpose) == nobody, source
    assert sum(answer.startswith("200") for answer in nobody) >= 11


def test_who_may_know_of_a_mark_reads_other_pages(northvale_world):
    with northvale_marked_by(northvale_world) as unmarked:
        nobody = seen(unmarked, "W101", "front_door")

    with northvale_marked_by(northvale_world, "refuge") as marked:
        assert seen(marked, "W101", "front_door") != nobody
