"""The stewards' queue page by page: a cursor goes on where the page before ended, and tells nothing of anybody."""

import base64

import pytest

from gateway.errors import NotFoundError
from gateway.usecases.linking import match_queue
from gateway.usecases.linking.match_queue import matches_waiting
from tests.gateway.northvale_world import CONTEXT


@pytest.fixture
def steward(northvale, monkeypatch):
    """A page holds one pair, and there are some."""
    monkeypatch.setattr(match_queue, "_A_PAGE", 1)
    caller = northvale.reader("W603")
    return lambda cursor=None: matches_waiting(northvale.wiring, CONTEXT, caller, cursor)


def pages(steward):
    found = [steward()]
    while found[-1].next is not None:
        found.append(steward(found[-1].next))
    return found


def test_every_pair_stands_on_one_page_in_the_order_of_the_queue(northvale, steward, monkeypatch):
    one_by_one = [page.matches[0].review_id for page in pages(steward)]
    monkeypatch.setattr(match_queue, "_A_PAGE", 1000)

    assert len(one_by_one) > 2
    assert one_by_one == [match.review_id for match in steward().matches]


def test_a_cursor_tells_no_steward_whether_somebody_is_protected_or_how_much_is_known_of_them(northvale, steward):
    told = [base64.urlsafe_b64decode(page.next + "==") for page in pages(steward)[:-1]]

    assert len({len(one) for one in told}) == 1
    assert not any(word in one for one in told for word in (b"true", b"false", b"null", b"2026"))


@pytest.mark.parametrize("cursor", ["", "x", "é", base64.urlsafe_b64encode(b'["a", null, true, 1, 1, "b"]').decode()])
def test_a_cursor_that_is_none_begins_nowhere(steward, cursor):
    with pytest.raises(NotFoundError):
        steward(cursor)


def test_a_cursor_that_was_changed_begins_nowhere(steward):
    sealed = steward().next
    with pytest.raises(NotFoundError):
        steward(("B" if sealed[-20] == "A" else "A").join((sealed[:-20], sealed[-19:])))
