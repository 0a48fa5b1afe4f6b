"""A long export is checked by several processes, and they say what one alone says."""

import shutil

import pytest

from audit import verify_export as walking
from audit.bundle_digests import shared_digests
from audit.errors import AuditError
from audit.export import write_export
from audit.tiles import bundle_path
from audit.verify_export import Trust, verify_export
from tests.audit.test_export import LOG, SIZE, committed, head_of, rows_of


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    made = committed(range(SIZE))
    leaves = [leaf for leaf, _ in made]
    folder = tmp_path_factory.mktemp("export") / "log"
    some = [(number, opened) for number, (_, opened) in enumerate(made) if number % 100 == 0]
    write_export(folder, LOG.verifier(), head_of(leaves), rows_of(leaves), some)
    return folder, tuple(head_of(leaves[:size]) for size in (1, 255, 256, 599))


@pytest.fixture
def export(honest, tmp_path):
    return shutil.copytree(honest[0], tmp_path / "log")


def verdict(export, older, monkeypatch, shared_from):
    """What is said of an export, with helpers from so many entries on."""
    monkeypatch.setattr(walking, "SHARED_FROM", shared_from)
    try:
        found = verify_export(export, Trust(LOG.verifier(), older=older))
    except AuditError as wrong:
        return type(wrong), str(wrong)
    return found.rows, found.openings, found.older


def replaced(old, new):
    return lambda data: data.replace(old, new, 1)


DAMAGES = {
    "none": ("checkpoint", lambda data: data),
    "a leaf's commitment": (bundle_path(1), lambda data: data[:70_000] + bytes([data[70_000] ^ 1]) + data[70_001:]),
    "a leaf's class": (bundle_path(0), replaced(b'"consultation"', b'"konsultation"')),
    "a leaf of another log": (bundle_path(0), replaced(b"northvale.example/audit", b"southvale.example/audit")),
    "a bundle cut": (bundle_path(1), lambda data: data[:-1]),
    "a bundle less a leaf": (bundle_path(1), lambda data: data[2 + int.from_bytes(data[:2], "big") :]),
    "a row's time": ("entries.ndjson", replaced(b"09:30:16Z", b"09:30:17Z")),
    "a row less": ("entries.ndjson", lambda data: data[data.index(b"\n") + 1 :]),
    "a row more": ("entries.ndjson", lambda data: data + data[: data.index(b"\n") + 1]),
    "a tile": ("tile/0/001", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    "an opening": ("openings.ndjson", replaced(b"staff-0", b"staff-1")),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_several_processes_find_what_one_finds(honest, export, monkeypatch, name):
    file, damage = DAMAGES[name]
    path = export / file
    path.write_bytes(damage(path.read_bytes()))

    alone = verdict(export, honest[1], monkeypatch, SIZE + 1)

    assert (alone == (SIZE, 6, 4)) is (name == "none")
    assert verdict(export, honest[1], monkeypatch, 1) == alone


def test_a_missing_bundle_is_named(export, honest, monkeypatch):
    (export / bundle_path(1)).unlink()

    _, said = verdict(export, honest[1], monkeypatch, 1)

    assert bundle_path(1) in said


def test_helpers_that_die_leave_the_work_to_the_one_who_asked(export, honest, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.executable", "/bin/false")

    assert verdict(export, honest[1], monkeypatch, 1) == (SIZE, 6, 4)
    with shared_digests(export, SIZE, LOG.name) as digests:
        assert list(digests) == [None, None, None]


def test_a_log_without_rows_is_shared_too(export, honest, monkeypatch):
    for name in ("export.json", "entries.ndjson", "openings.ndjson"):
        (export / name).unlink()

    assert verdict(export, honest[1], monkeypatch, 1) == (0, 0, 4)
