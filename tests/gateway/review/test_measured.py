"""A small borough's four weeks with seeded snooping, through the real log: what is explained, what comes to the top.

The seed was used for nothing else. The whole figures, by kind and at full size, are those of `benchmarks.review`.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from benchmarks.review import measure
from gateway.demo.northvale.accesses.book import access_book
from gateway.usecases.review.reviewing_draws import draw_reviews

pytestmark = pytest.mark.slow
HELD_OUT = 909
EXPLAINED = 0.95


def test_honest_work_is_explained_snooping_comes_to_the_top_and_a_week_has_twenty_items(wiring, wiring_clock, admin):
    book = access_book(1000, 32, HELD_OUT, weeks=2, each=1)

    found = measure(wiring, book)

    assert found.accesses > 500
    assert found.honest_explained >= EXPLAINED
    # The first hundredth of so few accesses has less room than there are incidents: nothing honest may stand in it.
    assert found.honest_on_top <= 1
    assert found.snoops_on_top >= 0.4

    monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
    for day in range(7):
        wiring_clock.now = monday + timedelta(days=day)
        draw_reviews(wiring)
        with admin.begin() as connection:
            rows = connection.execute(text("SELECT how, count(*) AS n FROM desk.review_item GROUP BY how"))
            counts = {row.how: row.n for row in rows}
        assert counts["ranked"] <= min(20, 4 * (day + 1))
        assert counts["sampled"] <= min(10, 2 * (day + 1))
    assert counts["sampled"] == 10
    with admin.begin() as connection:
        twice = "SELECT group_digest FROM desk.review_item GROUP BY group_digest HAVING count(*) > 1"
        assert connection.execute(text(twice)).all() == []

    # The truth is the judge's alone.
    with admin.begin() as connection:
        openings = connection.execute(text("SELECT fields::text FROM audit.opening")).scalars().all()
    assert not [one for one in openings if "snoop" in one or "after-press" in one]
