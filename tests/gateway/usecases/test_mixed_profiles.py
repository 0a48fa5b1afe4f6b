"""When two records stood on one person's page and are two persons' now, whatever happened between: from links alone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gateway.store.erasure import LinkVersion, link_versions
from gateway.usecases.linking.mixed_profiles import mixtures_of, trace_mixed_profiles

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
RECORDS, PEOPLE = 4, 3
moves = st.tuples(st.integers(0, 20), st.integers(1, PEOPLE))
histories = st.lists(
    st.lists(moves, min_size=1, max_size=4, unique_by=lambda one: one[0]), min_size=2, max_size=RECORDS
)  # fmt: skip
"""For each record: on which days it became whose."""


def record(number):
    return UUID(int=0xA0 + number)


def person(number):
    return UUID(int=0xB0 + number)


def day(number):
    return BEGAN + timedelta(days=number)


def versions_of(history):
    found = []
    for number, moves in enumerate(history):
        ordered = sorted(moves)
        ends = [*(day(at) for at, _ in ordered[1:]), None]
        found += [
            LinkVersion(person(whose), person(whose), record(number), True, day(at), end)
            for (at, whose), end in zip(ordered, ends, strict=True)
        ]
    return found


def owner_on(versions, one, at):
    return next((v.person_id for v in versions if v.record_id == one and v.since <= at
                 and (v.until is None or at < v.until)), None)  # fmt: skip


@given(histories)
def test_a_mixture_is_told_exactly_where_two_records_were_one_persons_and_are_not(history):
    versions = versions_of(history)
    one, other = record(0), record(1)
    now = day(99)
    parted = owner_on(versions, one, now) != owner_on(versions, other, now)
    together = {at for at in range(40) if (who := owner_on(versions, one, day(at))) is not None
                and who == owner_on(versions, other, day(at))}  # fmt: skip

    found = mixtures_of(versions, one, other)

    told = {at for mixed in found for at in range(40) if mixed.mixed_from <= day(at) < mixed.mixed_to}
    assert told == (together if parted else set())
    for mixed in found:
        # One of the two is on the list of the wrong ones at least, and whoever it is stood there at some time of it.
        assert {one, other} & set(mixed.record_ids)
        assert all(
            any(v.record_id == wrong and v.person_id == mixed.person_id for v in versions) for wrong in mixed.record_ids
        )
        # Where the person of the page went on with one of the two, that one is not among the wrong.
        for kept in (one, other):
            assert owner_on(versions, kept, now) != mixed.person_id or kept not in mixed.record_ids
    assert len(mixtures_of(versions, other, one)) == len(found)


def test_people_who_were_never_taken_for_one_are_not_asked_about_decision_by_decision(northvale, monkeypatch):
    people = (
        "(SELECT min(record_id::text)::uuid AS record_id, row_number() OVER (ORDER BY person_id) AS place"
        " FROM hearth.link GROUP BY person_id)"
    )
    northvale.sql(
        "INSERT INTO hearth.match_decision"  # noqa: S608 - one fixed text
        " SELECT gen_random_uuid(), gen_random_uuid(), least(one.record_id, other.record_id),"
        " greatest(one.record_id, other.record_id), 'different', '', 'W603', :now"
        f" FROM {people} one JOIN {people} other ON other.place = one.place + 1",
        now=northvale.clock.now,
    )
    asked = []

    def counted(connection, records):
        asked.append(len(records))
        return link_versions(connection, records)

    monkeypatch.setattr("gateway.usecases.linking.mixed_profiles.link_versions", counted)

    assert trace_mixed_profiles(northvale.wiring) == []
    assert len(asked) == 1
    assert asked[0] > 100
