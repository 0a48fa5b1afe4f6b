from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from gateway.jobs import asking_witness
from gateway.usecases.log.log_status import LogStatus, WitnessStatus
from gateway.usecases.log.receipts import ReceiptView
from gateway.web.views.witnesses import PROBLEMS, receipt_words, status_lines

AT = datetime(2026, 11, 16, 9, 30, 15, tzinfo=UTC)
HELD = ReceiptView(UUID(int=1), AT, 0, 1, b"", "", "", witnesses=2, quorum=True, unwitnessed_since=None)
STATUS = LogStatus(
    1200, AT, 0, 0.0, 1200, None, 0.0, has_witnesses=True,
    witnesses=(WitnessStatus("police.example/witness", 1200, AT, None, None),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "It is cosigned by 2 witnesses outside the council."),
        ({"witnesses": 0}, "No witness is asked to cosign it."),
        (
            {"witnesses": 1, "quorum": False, "unwitnessed_since": AT},
            "So far it is cosigned by 1 witness outside the council; more are needed. The log is unwitnessed since",
        ),
        ({"witnesses": 0, "quorum": False}, "No witness outside the council has cosigned it yet."),
    ],
)
def test_a_receipt_says_in_words_how_many_vouch_for_it(changes, said):
    assert receipt_words(replace(HELD, **changes)).startswith(said)


def test_officers_read_how_far_the_log_is_witnessed_and_whose_witness_is_wrong():
    assert status_lines(STATUS) == ("1,200 entries in the tree, all witnessed.",)
    assert status_lines(replace(STATUS, has_witnesses=False))[0].endswith("No witness vouches for them.")
    wrong = WitnessStatus("health.example/witness", 900, AT, "log-forked", AT)
    lines = status_lines(replace(STATUS, witnessed_size=900, unwitnessed_since=AT, witnesses=(wrong,)))
    assert lines[0].startswith("1,200 entries in the tree, 900 of them witnessed. Unwitnessed since")
    assert lines[1].startswith("Witness health.example/witness shows another history that this log signed")


@pytest.mark.parametrize(
    ("exposed", "problem", "alarm"), [(1.5, None, False), (61.0, None, True), (1.5, "witness-unreachable", True)]
)
def test_what_is_a_second_old_is_no_alarm_and_what_waits_or_meets_a_witness_with_a_problem_is(exposed, problem, alarm):
    witness = WitnessStatus("police.example/witness", 1199, AT, problem, AT if problem else None)
    status = replace(
        STATUS, witnessed_size=1199, unwitnessed_since=AT, exposed_seconds=exposed, witnesses=(witness,)
    )  # fmt: skip
    first = status_lines(status)[0]
    assert first.startswith("1,200 entries in the tree, 1,199 of them witnessed.")
    assert ("Unwitnessed since" in first, "on their way to the witnesses" in first) == (alarm, not alarm)


def test_every_problem_of_a_witness_has_its_words():
    codes = {asking_witness.UNREACHABLE, asking_witness.MALFORMED, asking_witness.REFUSED, *asking_witness.ALARMS}
    assert PROBLEMS.keys() == codes
