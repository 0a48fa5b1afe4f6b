"""Many pushes at once wait for one another no longer than each takes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from gateway.store.engine import Database
from gateway.usecases.intake import intake, intake_taking

PUSHES = 24


def test_more_pushes_at_once_than_there_are_connections_are_all_taken(northvale):
    body = (northvale.built.folder / "housing-safety.csv").read_bytes()

    with ThreadPoolExecutor(PUSHES) as crowd:
        batches = list(crowd.map(lambda n: northvale.push("housing-safety", body, f"push {n}"), range(PUSHES)))

    assert len({batch.batch_id for batch in batches}) == PUSHES
    assert {batch.state for batch in batches} == {"accepted in part"}


def test_a_small_file_is_taken_on_one_connection(northvale, monkeypatch):
    open_now, most = [], []
    transaction, take = Database.transaction, intake_taking.take_batch

    @contextmanager
    def counted(database, role):
        open_now.append(role)
        most.append(tuple(open_now))
        with transaction(database, role) as connection:
            yield connection
        open_now.remove(role)

    def taken(wiring, batch_id, **how):
        monkeypatch.setattr(Database, "transaction", counted)
        try:
            return take(wiring, batch_id, **how)
        finally:
            monkeypatch.setattr(Database, "transaction", transaction)

    monkeypatch.setattr(intake, "take_batch", taken)
    northvale.push("housing-safety", (northvale.built.folder / "housing-safety.csv").read_bytes(), "one")
    assert set(most) == {("hg_intake",)}
