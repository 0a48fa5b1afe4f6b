"""Each filter of the log's search against a search by hand; pages that are broken off; the officer's own entry."""

import itertools
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from audit.entry import Decision, EventClass, Outcome, Phase, Reason
from gateway import clock
from gateway.store import log_search
from gateway.store.log_search import CONDITIONS, CardSearch, search_cards
from gateway.usecases.log.log_filters import LogFilters, decode_cursor, encode_cursor
from gateway.usecases.log.reading_log import search_log
from tests.gateway.audit.log_book import AT, CONTEXT, FAMILY, OFFICER, an_entry, drain, person, write

_OTHER_FAMILY = UUID("00000000-0000-4000-8000-00000000fa02")
_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_AUTHORISED = an_entry(
    phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, items_shown=(), at=AT, trace_id=_TRACE,
    agreements=("northvale-charter@1/share-education", "probation@2/share"),
)  # fmt: skip
ENTRIES = {
    "authorised": _AUTHORISED,
    "outcome": an_entry(
        phase=Phase.OUTCOME, refers_to=_AUTHORISED.entry_id, at=AT + timedelta(seconds=1), team="Early Help North",
        reason=Reason.ALLOCATED, agreements=("northvale-charter@1/share-education",), subjects=(str(person(1)),),
        request_id="11111111-1111-4111-8111-111111111111",
    ),
    "sealed": an_entry(
        at=AT + timedelta(seconds=2), who="W200", agency="brightwater_homes", role="rent_officer",
        purpose="housing_support", household=str(_OTHER_FAMILY), sealed=True, decision=Decision.PART,
        agreements=("northvale-charter@2/share-education",), subjects=(str(person(1)), str(person(2))),
    ),
    "denied": an_entry(
        at=AT + timedelta(seconds=3), event=EventClass.DENIED, outcome=Outcome.DENIED, decision=Decision.REFUSE,
        items_shown=(), subjects=(), household=None,
    ),
    "searched": an_entry(
        at=AT + timedelta(seconds=4), event=EventClass.SEARCH, outcome=Outcome.NOTHING_FOUND, items_shown=(),
        subjects=(), household=None, reason=Reason.NONE,
    ),
}  # fmt: skip
BY_FILTER = [
    ({}, ["searched", "denied", "sealed", "outcome", "authorised"]),
    ({"worker": "W200"}, ["sealed"]),
    ({"worker": "W2"}, []),
    ({"worker": "' OR true --"}, []),
    ({"family": FAMILY}, ["outcome", "authorised"]),
    ({"person": person(1)}, ["sealed", "outcome", "authorised"]),
    ({"person": person(2)}, ["sealed"]),
    ({"person": person(9)}, []),
    ({"agency": "brightwater_homes"}, ["sealed"]),
    ({"role": "rent_officer"}, ["sealed"]),
    ({"team": "Early Help North"}, ["outcome"]),
    ({"purpose": "early_help"}, ["searched", "denied", "outcome", "authorised"]),
    ({"agreement": "northvale-charter"}, ["sealed", "outcome", "authorised"]),
    ({"agreement": "northvale-charter@1"}, ["outcome", "authorised"]),
    ({"agreement": "northvale-charter@2/share-education"}, ["sealed"]),
    ({"agreement": "northvale"}, []),
    ({"event": EventClass.DENIED}, ["denied"]),
    ({"phase": Phase.OUTCOME}, ["outcome"]),
    ({"decision": Decision.PART}, ["sealed"]),
    ({"outcome": Outcome.NOTHING_FOUND}, ["searched"]),
    ({"reason": Reason.ALLOCATED}, ["outcome"]),
    ({"sealed": True}, ["sealed"]),
    ({"sealed": False}, ["searched", "denied", "outcome", "authorised"]),
    ({"refers_to": UUID(_AUTHORISED.entry_id)}, ["outcome"]),
    ({"request": "11111111-1111-4111-8111-111111111111"}, ["outcome"]),
    ({"trace": _TRACE}, ["authorised"]),
    ({"since": AT + timedelta(seconds=2), "until": AT + timedelta(seconds=4)}, ["denied", "sealed"]),
    ({"person": person(1), "agency": "northvale_council", "phase": Phase.OUTCOME}, ["outcome"]),
    ({"agreement": "probation", "sealed": False}, ["authorised"]),
]


@pytest.fixture
def log(wiring, wiring_clock, database):
    write(database, *ENTRIES.values())
    drain(database, wiring.log_signer)
    wiring_clock.now = AT + timedelta(minutes=1)
    return wiring


def test_each_filter_finds_its_own_newest_first(log):
    names = {UUID(entry.entry_id): name for name, entry in ENTRIES.items()}
    asked = set()
    for given_filters, expected in BY_FILTER:
        asked |= given_filters.keys()
        page = search_log(log, CONTEXT, OFFICER, LogFilters(**{"until": AT + timedelta(seconds=30), **given_filters}))
        assert [names[line.entry_id] for line in page.lines] == expected, given_filters
        assert page.next_cursor is None
    assert asked >= CONDITIONS.keys()


def test_an_officer_sees_sealed_entries_and_the_officers_own_reading_is_sealed(log, database):
    line = search_log(log, CONTEXT, OFFICER, LogFilters(worker="W200", person=person(2))).lines[0]
    assert (line.sealed, line.team, line.sources, line.reason) == (True, None, (), None)
    drain(database, log.log_signer)
    own = search_log(log, CONTEXT, OFFICER, LogFilters(worker="W601")).lines[0]
    assert (own.event, own.sealed, own.subjects) == ("verification", True, (str(person(2)),))


def test_a_page_that_is_broken_off_says_where_the_next_one_goes_on(log, monkeypatch):
    monkeypatch.setattr(log_search, "WALKED", 2)
    seen, pages, before = [], 0, None
    with log.database.transaction("hg_desk") as connection:
        while True:
            page = search_cards(connection, CardSearch({"sealed": True}), before, 10)
            seen += [row.entry_id for row in page.rows]
            pages, before = pages + 1, page.next
            if before is None:
                break
    assert seen == [UUID(ENTRIES["sealed"].entry_id)]
    assert pages == 3


def test_an_agreement_that_ended_long_ago_is_found_at_once_among_many_entries_of_others(
    wiring, database, admin, monkeypatch
):
    """What statistics do not hold is taken for more than may be gathered, and was walked past five thousand a page."""
    old = an_entry(at=AT, agreements=("ended@1/share",))
    write(database, old, *(an_entry(at=AT + timedelta(seconds=n)) for n in range(1, 400)))
    drain(database, wiring.log_signer)
    with admin.begin() as connection:
        connection.execute(text("ANALYZE audit.card"))
    monkeypatch.setattr(log_search, "WALKED", 10)
    monkeypatch.setattr(log_search, "_GATHERED", 1)
    with database.transaction("hg_desk") as connection:
        page = search_cards(connection, CardSearch({"agreement": "ended"}), None, 10)
    assert ([str(row.entry_id) for row in page.rows], page.next) == ([old.entry_id], None)


def test_a_page_looks_on_for_a_second_and_then_says_how_far_back_it_came(log, monkeypatch):
    monkeypatch.setattr(log_search, "WALKED", 1)
    page = search_log(log, CONTEXT, OFFICER, LogFilters(sealed=True))
    assert [str(line.entry_id) for line in page.lines] == [ENTRIES["sealed"].entry_id]
    assert (page.next_cursor, page.looked_back_to) == (None, None)

    ticks = itertools.count()
    hurried = replace(log, clock=lambda: AT + next(ticks) * timedelta(seconds=0.6))
    page = search_log(hurried, CONTEXT, OFFICER, LogFilters(sealed=True))
    assert page.lines == ()
    assert page.looked_back_to == decode_cursor(page.next_cursor)[0] == ENTRIES["denied"].at.replace(microsecond=0)


def test_entries_of_one_second_are_told_apart_at_the_end_of_a_page(wiring, database):
    ids = write(database, *(an_entry(entry_id=str(clock.new_id())) for _ in range(7)))
    drain(database, wiring.log_signer)
    seen, before = [], None
    with database.transaction("hg_desk") as connection:
        for _ in range(4):
            page = search_cards(connection, CardSearch({"worker": "W104"}), before, 2)
            seen.append([row.entry_id for row in page.rows])
            before = page.next
    assert [len(one) for one in seen] == [2, 2, 2, 1]
    assert [one for page in seen for one in page] == sorted(ids, reverse=True)
    assert before is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(st.sampled_from(BY_FILTER[1:]), min_size=2, max_size=4),
    walked=st.sampled_from([1, 2, 10_000]),
    limit=st.integers(1, 4),
)
def test_filters_together_find_what_each_of_them_finds(log, monkeypatch, asked, walked, limit):
    monkeypatch.setattr(log_search, "WALKED", walked)
    names = {UUID(entry.entry_id): name for name, entry in ENTRIES.items()}
    filters: dict = {}
    expected = set(names.values())
    for given_filters, found in asked:
        if filters.keys().isdisjoint(given_filters):
            filters |= given_filters
            expected &= set(found)
    seen, before = [], None
    with log.database.transaction("hg_desk") as connection:
        while True:
            page = search_cards(connection, LogFilters(**filters).search(), before, limit)
            seen += [names[row.entry_id] for row in page.rows if row.entry_id in names]
            if (before := page.next) is None:
                break
    assert seen == [name for name in BY_FILTER[0][1] if name in expected]


def test_a_cursor_is_read_back_as_it_was_made():
    place = (AT.replace(microsecond=0), UUID(_AUTHORISED.entry_id))
    assert decode_cursor(encode_cursor(place)) == place


INDEXES = {
    None: "card_newest", "worker": "card_who", "family": "card_household", "person": "card_subjects",
    "agency": "card_agency", "role": "card_role", "team": "card_team", "purpose": "card_purpose",
    "agreement": "card_agreements", "event": "card_event", "outcome": "card_outcome", "refers_to": "card_refers_to",
    "request": "card_request", "trace": "card_trace",
}  # fmt: skip


def test_whatever_drives_a_search_has_its_index(log):
    asked = {name: value for filters, _ in BY_FILTER for name, value in filters.items()}
    with log.database.transaction("hg_desk") as connection:
        for way in ("seqscan", "sort"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        for name, index in INDEXES.items():
            walk = log_search._walk(name, [], gathered=name in log_search._GATHERING)
            value = {name: str(asked[name])} if name else {}
            plan = connection.execute(text(f"EXPLAIN {walk} LIMIT 10"), value).scalars()
            assert index in "\n".join(plan), name
    assert INDEXES.keys() - {None} == CONDITIONS.keys() - log_search._UNINDEXED


def test_the_condition_that_fits_fewest_drives(log):
    with log.database.transaction("hg_desk") as connection:
        for asked, driver in (
            ({"sealed": True}, None),
            ({"worker": "W104", "sealed": True}, "worker"),
            ({"phase": "outcome", "reason": "none"}, None),
        ):
            assert log_search._driver(connection, asked) == driver
