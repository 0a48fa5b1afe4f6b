"""A command of the package whose reader leaves before it has said everything, as with `| head`."""

import os
import subprocess
import sys
from uuid import UUID

import pytest

from audit.reader_gone import READER_GONE


@pytest.fixture
def unlike(tmp_path):
    """A pack without entries, and a ledger of more ids than a pipe holds."""
    for name in ("entries.ndjson", "openings.ndjson"):
        (tmp_path / name).touch()
    (tmp_path / "ledger").write_text("".join(f"{UUID(int=number)}\n" for number in range(2000)))
    return (tmp_path, tmp_path / "ledger")


def left_alone(*arguments):
    """Run with a reader who is gone before the first line."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", *map(str, arguments)], stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    return done.returncode, done.stderr.decode()


def test_reconciling_is_quiet_when_its_reader_leaves_amid_the_lines(unlike):
    assert left_alone("audit.reconcile", *unlike) == (READER_GONE, "")


def test_verifying_is_quiet_when_its_reader_leaves_before_the_only_line(tmp_path):
    assert left_alone("audit.verify", tmp_path / "nothing") == (READER_GONE, "")


def test_what_a_reader_left_unread_is_never_reported_as_right(unlike):
    folder, ledger = unlike
    ledger.write_text("")

    assert left_alone("audit.reconcile", folder, ledger) == (READER_GONE, "")
