"""Every hostile or broken file ends in a stated refusal or stated row errors: no traceback, no good row lost."""

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from adapters.errors import FeedUnreadableError
from adapters.port import translate_rows
from adapters.registry import FEEDS
from tests.adapters.hostile import csv_cases, markup_cases, workbook_cases
from tests.adapters.hostile.cases import Refused, Rows, outcome_of

CASES = (*csv_cases.CASES, *markup_cases.CASES, *workbook_cases.CASES)
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
BYTES = int(os.environ.get("HOSTILE_BYTES", str(192 * 1024 * 1024)))
"""Size of the largest file of the memory tests; 2 GiB is tried with HOSTILE_BYTES=2147483648."""


def test_there_are_more_files_than_were_promised_each_with_a_name_of_its_own():
    assert len({case.name for case in CASES}) == len(CASES) >= 250


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_becomes_what_is_stated_and_nothing_of_it_is_repeated(case):
    found, words = outcome_of(case.feed, case.body)

    if isinstance(case.outcome, Refused):
        assert isinstance(found, Refused)
        assert case.outcome.word in found.word
        assert found.suspicious == case.outcome.suspicious
    else:
        assert found == case.outcome
    for value in ("Example", "Robin", "01632", "/etc/passwd", "calc", "root:"):
        assert value not in words


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_good_rows_of_a_file_are_the_very_rows_that_a_plain_file_gives(case):
    if not isinstance(case.outcome, Rows) or case.outcome.good < 2:
        pytest.skip("no two good rows are in it")
    plain = {"csv": csv_cases.PLAIN, "xlsx": workbook_cases.book(), "xml": markup_cases.message(),
             "json": markup_cases.pupils(), "ndjson": markup_cases.resources()}[case.media]  # fmt: skip
    feed = FEEDS[case.feed]
    wanted = Counter(record.model_dump_json() for one in translate_rows(feed, plain) for record in one.records)
    found = Counter(record.model_dump_json() for one in translate_rows(feed, case.body) for record in one.records)

    if case.name != "formula: a formula in a column that nobody knows":
        assert wanted <= found


_OF_SAMPLES = [
    ("social-care-cin", "cin-census-fake/CIN_Census_2026.xml"),
    ("social-care-cin", "core-social-lettings/general_needs_log_24_25.xml"),
    ("social-care-903", "liia-tools-samples/SSDA903_2020_episodes.csv"),
    ("schools-pupils", "dfe-giap-pupil-records/npd_searchindex_returns_many_pupils.json"),
    ("health-pds", "nhs-pds-sandbox/PatientSearch.json"),
    ("health-ukcore", "nhs-ukcore-fhir-r4/UKCore-Patient-RichardSmith-Example.xml"),
    ("social-care-involvement", "family-context-dummy/csc.csv"),
]


def harm(body: bytes, chance: random.Random) -> bytes:
    """A file as it comes out of a bad transfer, a bad editor or a bad mind."""
    at, other = sorted(chance.sample(range(len(body)), 2))
    return chance.choice(
        (
            body[:at],
            body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :],
            body[:at] + b"\x00" + body[at:],
            body[:at] + body[other:],
            body[:at] + body[at:other] * 3 + body[other:],
            body[:at] + chance.choice((b'"', b"<", b"]]>", b"&x;", b"\xff\xfe", b"{", b"}", b"\r", b",")) + body[at:],
            body[:at] + body[at:].decode("utf-8", "ignore").encode("utf-16-le"),
        )
    )


@pytest.mark.parametrize(("feed", "name"), _OF_SAMPLES)
def test_a_harmed_sample_is_refused_or_read_row_by_row_and_never_raises(feed, name):
    if not SAMPLES.is_dir():
        pytest.skip("the folder ../shared/samples is not beside this repository")
    body = (SAMPLES / name).read_bytes()[:200_000]
    chance = random.Random(name)  # noqa: S311 - the same harm every time
    for _ in range(25):
        found, _ = outcome_of(feed, harm(body, chance))
        assert isinstance(found, Refused | Rows)


@pytest.mark.parametrize("feed", sorted(FEEDS))
def test_no_feed_raises_anything_else_for_a_file_of_any_other(feed):
    for case in CASES[::12]:
        try:
            for translation in translate_rows(FEEDS[feed], case.body):
                assert not (translation.errors and translation.records)
        except FeedUnreadableError as error:
            refused = error
            assert refused.how_to_fix


_IN_THE_END = {
    "one line": "rows, 2 of them good",
    "one quoted cell": "rows, 2 of them good",
    "one XML text": "refused: The file is not well-formed XML.",
    "many XML levels": "refused: The file nests its elements too deep.",
    "one JSON line": "rows, 1 of them good",
    "columns": "refused: The first row cannot be read as column names.",
    "workbook": "refused: The workbook holds too much text.",
}


@pytest.mark.parametrize("kind", _IN_THE_END)
def test_memory_is_bounded_whatever_the_size(kind):
    """In a process that may use little more than Python itself: a file held whole would end it."""
    command = [sys.executable, "-m", "tests.adapters.hostile.in_bounded_memory", kind, str(BYTES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == _IN_THE_END[kind]
