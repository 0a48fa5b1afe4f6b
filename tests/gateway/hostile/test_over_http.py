"""Hostile files over the real server: each ends as it does at a partner's desk, and leaves nothing half written."""

import pytest

from tests.adapters.hostile.cases import Refused
from tests.adapters.hostile.test_hostile_files import CASES
from tests.gateway.served import served

MEDIA = {
    "csv": "text/csv", "xml": "application/xml", "json": "application/json", "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
SENT = [case for case in CASES if case.feed != "schools-pupils" and len(case.body) < 2_000_000][::6]


@pytest.fixture
def gateway(northvale):
    with served(northvale) as running:
        yield running


def test_every_file_is_answered_as_stated_and_nothing_is_half_written(gateway, northvale):
    assert len(SENT) >= 35
    for number, case in enumerate(SENT):
        facts = northvale.count("SELECT count(*) FROM hearth.fact")
        answer = gateway.client.post(
            f"/v1/feeds/{case.feed}/batches",
            content=case.body,
            headers={"Content-Type": MEDIA[case.media], "Idempotency-Key": f"h{number}", "Test-Caller": case.feed},
        )
        batch = answer.json()
        assert (case.name, answer.status_code) == (case.name, 202)
        if isinstance(case.outcome, Refused):
            code = "content-suspicious" if case.outcome.suspicious else "feed-unreadable"
            assert (case.name, batch["state"], batch["code"]) == (case.name, "refused", code)
            assert case.outcome.word in batch["message"]
        elif batch["code"] != "error-budget":
            bad = batch["rejected"] + batch["refused"]
            assert (case.name, batch["accepted"], bad) == (case.name, case.outcome.good, sum(case.outcome.bad.values()))
        if batch["code"]:
            assert northvale.count("SELECT count(*) FROM hearth.fact") == facts
        assert "Robin" not in answer.text
        assert "01632" not in answer.text
    open_batches = "SELECT count(*) FROM desk.batch WHERE state IN ('received', 'validating')"
    assert northvale.count(open_batches) == 0
    assert northvale.count("SELECT count(*) FROM desk.spooled_batch") == 0
