"""Many pushes at once wait for one another no longer than each takes."""

from concurrent.futures import ThreadPoolExecutor

PUSHES = 24


def test_more_pushes_at_once_than_there_are_connections_are_all_taken(northvale):
    body = (northvale.built.folder / "housing-safety.csv").read_bytes()

    with ThreadPoolExecutor(PUSHES) as crowd:
        batches = list(crowd.map(lambda n: northvale.push("housing-safety", body, f"push {n}"), range(PUSHES)))

    assert len({batch.batch_id for batch in batches}) == PUSHES
    assert {batch.state for batch in batches} == {"accepted in part"}
