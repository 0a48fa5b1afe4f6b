"""What a file comes to does not depend on where its chunks end, nor on which of its keys are remembered between them.

Each row names a person, a tenancy and that one lives in the other; rows come again, as they are or with another value,
near and far. The reading process gives ids to keys that it meets for the first time: here it meets some for the first
time again, and some that the store has known for long.
"""

import csv
import io
import random
from datetime import timedelta
from itertools import pairwise

import pytest

from gateway.usecases.intake import intake_reading, prepared_facts

FEED = "housing-tenancies"
COLUMNS = ("tenancy_ref", "person_ref", "relationship", "surname", "forename", "start_date")
SAID = (
    "SELECT f.fact_key, f.content_digest, r.key_digest, i.name FROM hearth.fact f JOIN hearth.item i USING (item_no)"
    " JOIN hearth.source_record r USING (record_id) JOIN desk.batch b ON b.batch_id = f.batch_id"
    " WHERE b.feed = 'housing-tenancies' AND b.rows_read > 100 AND f.batch_id = :batch"
)


def rows(seed: int, count: int = 240) -> list[dict[str, str]]:
    chance = random.Random(seed)  # noqa: S311 - the same rows each time
    found: list[dict[str, str]] = []
    for _ in range(count):
        if found and chance.random() < 0.25:
            again = chance.choice(found)
            found.append(again | {"surname": chance.choice(("Again", again["surname"]))})
            continue
        tenancy, person = f"CH-T{chance.randrange(30)}", f"CH-P{chance.randrange(60)}"
        found.append(dict(zip(COLUMNS, (tenancy, person, "child", f"Name{person}", "Jo", "2024-02-01"), strict=True)))
    return found


def file_of(sent: list[dict[str, str]]) -> bytes:
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, COLUMNS)
    writer.writeheader()
    writer.writerows(sent)
    return sheet.getvalue().encode()


@pytest.fixture
def forgetful(monkeypatch):
    """Chunks of seven rows, and five keys remembered from one to the next."""

    class Forgetful:
        def __enter__(self):
            self.patch = pytest.MonkeyPatch()
            self.patch.setattr(intake_reading, "CHUNK_ROWS", 7)
            self.patch.setattr(prepared_facts, "_REMEMBERED", 5)

        def __exit__(self, *_):
            self.patch.undo()

    return Forgetful()


def versions(northvale, batch) -> dict[tuple[bytes, str], list[bytes]]:
    found: dict[tuple[bytes, str], list[bytes]] = {}
    for row in northvale.sql(SAID + " ORDER BY f.recorded_at, f.fact_id", batch=batch.batch_id):
        found.setdefault((bytes(row.fact_key), row.name), []).append(bytes(row.content_digest))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_file_in_small_chunks_is_known_whole_when_it_comes_in_large_ones(northvale, forgetful, seed):
    sent = rows(seed)
    records = northvale.count("SELECT count(*) FROM hearth.source_record")
    northvale.push(FEED, file_of(sent[::3]), "a third of it before")
    northvale.clock.now += timedelta(minutes=1)
    with forgetful:
        first = northvale.push(FEED, file_of(sent), "small chunks")
    stored = versions(northvale, first)
    # A newer name of somebody is a newer version; the same words one after the other are one.
    assert first.facts_new == sum(map(len, stored.values()))
    assert all(one != after for told in stored.values() for one, after in pairwise(told))
    made = northvale.count("SELECT count(*) FROM hearth.source_record") - records
    assert made == len({one["tenancy_ref"] for one in sent}) + len({one["person_ref"] for one in sent})

    northvale.clock.now += timedelta(minutes=1)
    last = {one["person_ref"]: one for one in sent}
    newest = [one for one in sent if last[one["person_ref"]]["surname"] == one["surname"]]
    again = northvale.push(FEED, file_of(newest), "large chunks")

    assert (again.facts_new, again.rows_accepted) == (0, len(newest))


@pytest.mark.parametrize("seed", [4, 5])
def test_small_chunks_and_large_ones_store_the_same(northvale, forgetful, seed):
    sent = rows(seed)
    known = [{**one, "surname": "Earlier"} for one in sent]
    northvale.push(FEED, file_of(known), "known before")
    northvale.clock.now += timedelta(minutes=1)
    with forgetful:
        small = northvale.push(FEED, file_of(sent), "small chunks")
    stored = versions(northvale, small)

    northvale.clock.now += timedelta(minutes=1)
    northvale.push(FEED, file_of(known), "as before once more")
    northvale.clock.now += timedelta(minutes=1)
    large = northvale.push(FEED, file_of(sent), "large chunks")

    # What was new over against the earlier file is new again, version by version.
    told = {key: contents for key, contents in versions(northvale, large).items() if key[1] == "identity.name"}
    assert told
    assert told == {key: contents for key, contents in stored.items() if key in told}
    assert set(told) == {key for key in stored if key[1] == "identity.name"}
