"""`hearthgate translate` on built files: good, bad, unreadable, empty, binary, compressed, piped."""

import csv
import gzip
import io
import json
import subprocess
import sys
from dataclasses import fields

import pytest
from typer.testing import CliRunner

from adapters.registry import FEEDS
from concept_model.records import CONCEPT_RECORD
from gateway.commands.feeds import translate_app
from gateway.usecases.intake.translating import ERROR_COLUMNS, TranslationSummary, known_feeds
from tests.adapters.sample_table import sample_files
from tests.gateway.cli.conftest import ROOT, SAMPLES

CANARY = "Zebedee-Quill"
FEED = "schools-attendance"
EXAMPLES = FEEDS[FEED].profile.example_rows
ALL_FEEDS = known_feeds(ROOT / "gateway" / "demo" / "northvale" / "feeds")
NO_WORDS = {"health-opt-out"}
"""Feeds that take a number, a flag and a date alone: whatever else stands in a cell loses the row."""
CSV_FEEDS = sorted(name for name, feed in ALL_FEEDS.items() if "csv" in feed.profile.formats)


def sheet(profile, rows, *, more=()):
    text = io.StringIO()
    names = [*(column.name for column in profile.columns), *more]
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def attendance(*rows, more=()):
    return sheet(FEEDS[FEED].profile, rows, more=more)


@pytest.fixture
def translated(hearthgate):
    def run(path, feed, body, *options):
        path.write_bytes(body)
        return hearthgate("translate", feed, path, *options)

    return run


def summary_of(done):
    return json.loads(done.stderr.splitlines()[-1])


@pytest.fixture
def file(tmp_path):
    return tmp_path / "pushed.csv"


def test_good_rows_become_concept_records_and_nothing_else_is_on_stdout(file, translated):
    done = translated(file, FEED, attendance(*EXAMPLES))
    records = [CONCEPT_RECORD.validate_json(line) for line in done.stdout.splitlines()]
    expected = [
        record
        for row in FEEDS[FEED].rows(io.BytesIO(file.read_bytes()))
        for record in FEEDS[FEED].translate(row).records
    ]
    assert done.returncode == 0
    assert expected
    assert records == expected


def test_the_last_line_of_stderr_counts_everything(file, translated):
    done = translated(file, FEED, attendance(*EXAMPLES, more=["shoe_size"]))
    told = summary_of(done)
    assert set(told) == {field.name for field in fields(TranslationSummary)}
    assert (told["feed"], told["file"]) == (FEED, "pushed.csv")
    assert (told["rows"], told["accepted"], told["rejected"]) == (2, 2, 0)
    assert told["records"] == len(done.stdout.splitlines())
    assert told["columns_not_known"] == ["shoe_size"]
    assert len(done.stderr.splitlines()) == 1


def bad_row():
    key = next(column.name for column in FEEDS[FEED].profile.columns if column.required)
    return {**EXAMPLES[0], key: ""}


def test_one_bad_row_is_told_and_loses_no_good_one(file, tmp_path, translated):
    alone = translated(file, FEED, attendance(*EXAMPLES))
    errors = tmp_path / "errors.csv"
    done = translated(file, FEED, attendance(EXAMPLES[0], bad_row(), *EXAMPLES[1:]), "--errors", errors)
    rows = list(csv.DictReader(errors.open(newline="")))
    assert done.returncode == 1
    assert done.stdout == alone.stdout
    assert tuple(rows[0]) == ERROR_COLUMNS
    assert {row["row"] for row in rows} == {"2"}
    assert all(row["error_code"] and row["message"] and row["how_to_fix"] for row in rows)
    assert summary_of(done)["rejected"] == 1
    assert len(done.stderr.splitlines()) == 1


def test_without_an_errors_file_the_same_errors_stand_on_stderr_before_the_summary(file, tmp_path, translated):
    errors = tmp_path / "errors.csv"
    body = attendance(bad_row())
    translated(file, FEED, body, "--errors", errors)
    done = translated(file, FEED, body)
    assert done.stderr.splitlines()[:-1] == errors.read_text().splitlines()


def test_an_errors_file_has_its_header_even_if_all_rows_are_good(file, tmp_path, translated):
    errors = tmp_path / "errors.csv"
    assert translated(file, FEED, attendance(*EXAMPLES), "--errors", errors).returncode == 0
    assert errors.read_text() == ",".join(ERROR_COLUMNS) + "\n"


@pytest.mark.parametrize("feed", [FEED, "health-pds", "social-care-cin"])
@pytest.mark.parametrize("name", ["empty", "binary", "text", "picture"])
def test_what_is_no_file_of_the_feed_is_told_in_one_line_and_a_summary(feed, name, file, translated):
    bodies = {
        "empty": b"",
        "binary": bytes(range(256)) * 20,
        "text": b"Dear colleague,\nplease find the list below.\n",
        "picture": b"\x89PNG\r\n\x1a\n" + bytes(300),
    }
    done = translated(file, feed, bodies[name])
    assert done.returncode == 2
    assert done.stdout == ""
    told, summary = done.stderr.splitlines()
    assert told
    assert json.loads(summary)["accepted"] == 0


def test_a_file_of_headings_alone_is_good(file, translated):
    assert translated(file, FEED, attendance()).returncode == 0


@pytest.mark.parametrize("feed", CSV_FEEDS)
def test_a_value_of_any_cell_is_in_no_error_and_no_summary(feed, file, tmp_path, monkeypatch):
    # Within this process: 26 feeds would start 52 others.
    monkeypatch.chdir(ROOT)
    profile = ALL_FEEDS[feed].profile
    start = dict(profile.example_rows[0]) if profile.example_rows else {}
    rows = [{**start, column.name: CANARY + odd} for column in profile.columns for odd in ("", "\x00", "=1", '"')]
    file.write_bytes(sheet(profile, rows))
    errors = tmp_path / "errors.csv"
    told = CliRunner().invoke(translate_app, [feed, str(file)])
    kept = CliRunner().invoke(translate_app, [feed, str(file), "--errors", str(errors)])
    assert told.exit_code == kept.exit_code == 1
    assert json.loads(kept.stderr)["rejected"]
    assert (CANARY in told.stdout) == (feed not in NO_WORDS)
    assert CANARY not in told.stderr + kept.stderr + errors.read_text()


def test_gzip_and_stdin_read_the_same(file, tmp_path, hearthgate, translated):
    body = attendance(*EXAMPLES)
    plain = translated(file, FEED, body).stdout
    packed = tmp_path / "pushed.csv.gz"
    assert plain
    assert translated(packed, FEED, gzip.compress(body, mtime=0)).stdout == plain
    assert hearthgate("translate", FEED, "-", stdin=body).stdout == plain
    assert hearthgate("translate", FEED, "-", stdin=gzip.compress(body, mtime=0)).stdout == plain


@pytest.mark.parametrize("body", [b"a,b\n1,2\n", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9]])
def test_a_broken_gzip_file_is_told_in_one_line(body, tmp_path, translated):
    done = translated(tmp_path / "pushed.csv.gz", FEED, body)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", [".", "no-such-file.csv", "\x01"])
def test_a_file_that_is_not_there_is_told_in_one_line(name, hearthgate):
    done = hearthgate("translate", FEED, name)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_feed_is_told_with_the_nearest_one_and_not_repeated(file, hearthgate):
    file.write_bytes(attendance())
    done = hearthgate("translate", "schools-atendance", file)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "schools-attendance" in done.stderr
    assert "atendance" not in done.stderr


def test_a_mapped_feed_is_read_from_the_folder_given(file, tmp_path, translated):
    empty = tmp_path / "feeds"
    empty.mkdir()
    rows = ALL_FEEDS["council-tax"].profile.example_rows
    body = sheet(ALL_FEEDS["council-tax"].profile, rows)
    folder = ROOT / "gateway" / "demo" / "northvale" / "feeds"
    assert translated(file, "council-tax", body, "--feeds-dir", folder).returncode == 0
    assert translated(file, "council-tax", body, "--feeds-dir", empty).returncode == 2


def test_a_reader_that_leaves_early_is_no_error(file):
    file.write_bytes(attendance(*EXAMPLES * 3000))
    command = [sys.executable, "-m", "gateway", "translate", FEED, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as running:
        assert json.loads(running.stdout.readline())
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 141


NO_SAMPLES = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the samples folder ../shared/samples is not beside the repository"
)
SAMPLE_FILES = sample_files()
FIRST_OF_EACH = list(dict(reversed(SAMPLE_FILES)).items())


def check_sample(feed, name, code, stdout, stderr):
    told = json.loads(stderr.splitlines()[-1])
    lines = stdout.splitlines()
    assert told["feed"] == feed
    assert told["rows"] == told["accepted"] + told["rejected"] + told["refused"]
    assert len(lines) == told["records"]
    assert all(CONCEPT_RECORD.validate_json(line) for line in lines)
    readable = 0 if told["accepted"] == told["rows"] else 1
    assert code == (readable if told["rows"] else 2), name


@NO_SAMPLES
@pytest.mark.parametrize(("feed", "path"), FIRST_OF_EACH, ids=[feed for feed, _ in FIRST_OF_EACH])
def test_a_sample_of_each_feed_is_translated_by_the_command(feed, path, hearthgate):
    done = hearthgate("translate", feed, path)
    check_sample(feed, path.name, done.returncode, done.stdout, done.stderr)


@NO_SAMPLES
def test_every_sample_of_a_feed_is_translated_or_told():
    # Within this process: a hundred others would take minutes to start.
    assert len(SAMPLE_FILES) > 50
    for feed, path in SAMPLE_FILES:
        done = CliRunner().invoke(translate_app, [feed, str(path)])
        check_sample(feed, path.name, done.exit_code, done.stdout, done.stderr)
