import itertools
from datetime import UTC, timedelta
from uuid import RFC_4122, UUID

import pytest

from gateway.clock import new_id, new_ids, new_one_time_code, new_opaque_id, new_secret, utc_now


def test_the_instant_is_aware_and_in_utc():
    assert utc_now().tzinfo is UTC


def test_a_row_id_is_a_uuid_of_version_7_that_holds_its_millisecond():
    before = utc_now() - timedelta(milliseconds=1)
    minted = new_id()
    after = utc_now() + timedelta(milliseconds=1)
    assert (minted.version, minted.variant) == (7, RFC_4122)
    assert before.timestamp() * 1000 <= minted.int >> 80 <= after.timestamp() * 1000


def test_row_ids_sort_by_age_and_never_repeat():
    minted = [new_id() for _ in range(2000)]
    assert len(set(minted)) == 2000
    # The last twelve bits before the random part count quarter-microseconds: equal ones may swap, older never follow.
    ages = [identifier.int >> 64 for identifier in minted]
    assert ages == sorted(ages)


def test_ids_minted_many_at_once_are_such_ids_and_each_is_later_than_all_before_it():
    before = utc_now() - timedelta(milliseconds=1)
    runs = [[UUID(bytes=one) for one in new_ids(5000)] for _ in range(3)]
    minted = [one for run in runs for one in run]
    assert {(one.version, one.variant) for one in minted} == {(7, RFC_4122)}
    ages = [one.int >> 64 for one in minted]
    assert all(earlier < later for earlier, later in itertools.pairwise(ages))
    assert before.timestamp() * 1000 <= minted[0].int >> 80 <= utc_now().timestamp() * 1000 + len(minted)
    assert len({one.int & (1 << 62) - 1 for one in minted}) == len(minted)


def test_an_opaque_id_tells_no_age():
    assert new_opaque_id().version == 4
    assert len({new_opaque_id().int >> 80 for _ in range(50)}) == 50


def test_a_secret_has_the_bytes_asked_for_and_no_fewer_than_sixteen():
    assert len(new_secret(32)) == 43
    assert new_secret(32) != new_secret(32)
    with pytest.raises(ValueError, match="16"):
        new_secret(15)


def test_a_one_time_code_is_six_digits_zeros_included():
    codes = [new_one_time_code() for _ in range(300)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(set(codes)) > 250
