"""No command writes its outcome over a file that it is given, whichever way that file is named."""

from pathlib import Path

import pytest

from gateway.commands.files import CommandError, keep_apart

PEOPLE = "source,source_key,given_name,family_name\na,1,Ann,Example\nb,2,Ann,Example\n"
GATEWAY = ("--gateway", "http://127.0.0.1:9", "--client", "c")


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(PEOPLE)
    (tmp_path / "again.csv").symlink_to(path)
    return path


def calls(folder):
    mine, same, out = folder / "mine.csv", folder / "again.csv", folder / "out.csv"
    return [
        ("link", mine, "--out", mine),
        ("link", mine, "--out", same),
        ("link", mine, "--out", out, "--report", mine),
        ("link", mine, "--out", out, "--save-model", out),
        ("clk", "encode", mine, "--secret", out, "--out", folder / "x" / ".." / "mine.csv"),
        ("clk", "encode", out, "--secret", mine, "--out", mine),
        ("clk", "match", out, mine, "--out", mine),
        ("push", "housing-arrears", mine, *GATEWAY, "--key", out, "--errors", mine),
        ("translate", "housing-arrears", mine, "--errors", mine),
    ]


@pytest.mark.parametrize("number", range(len(calls(Path()))))
def test_a_file_that_was_given_is_not_written_over(hearthgate, mine, number):
    done = hearthgate(*calls(mine.parent)[number])

    assert done.returncode == 2
    assert "would be written over" in done.stderr
    assert mine.read_text() == PEOPLE


def test_files_that_differ_and_what_keeps_nothing_may_be_written(tmp_path, mine):
    keep_apart((tmp_path / "out.csv", None, tmp_path), (mine, None))
    with pytest.raises(CommandError):
        keep_apart((tmp_path / "out.csv", tmp_path / "out.csv"), ())
