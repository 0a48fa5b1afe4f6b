"""Every sample file that belongs to a feed is read, whatever is in it. Skipped where the samples are absent."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapters.errors import FeedUnreadableError
from adapters.port import Translation, translate_rows
from concept_model.statement import ListEntry

CANARY = "Zebedee-Quill"


def _utility() -> Any:
    # By path: a module called `tests` that some package installs must not stand in for this folder.
    spec = importlib.util.spec_from_file_location("sample_table", Path(__file__).with_name("sample_table.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


UTILITY = _utility()
FEEDS = UTILITY.ALL
FOUND: list[tuple[str, Path]] = UTILITY.sample_files()
NO_SAMPLES = "the samples folder ../shared/samples is not beside the repository"
pytestmark = pytest.mark.skipif(not UTILITY.SAMPLES.is_dir(), reason=NO_SAMPLES)


@pytest.fixture(scope="module")
def counts() -> dict[str, list[Any]]:
    by_feed: dict[str, list[Any]] = {}
    for feed, path in FOUND:
        by_feed.setdefault(feed, []).append(UTILITY.line_of(feed, path))
    return by_feed


def test_every_pattern_finds_a_file() -> None:
    assert {feed for feed, _ in FOUND} == {feed for feed, _ in UTILITY.FILES}
    assert {feed for feed, _ in UTILITY.FILES} <= set(FEEDS)


def test_every_file_is_translated_and_every_row_is_accepted_or_rejected(counts: dict[str, list[Any]]) -> None:
    for line in (line for lines in counts.values() for line in lines):
        assert line.accepted + line.rejected == line.rows
        assert line.rows or line.first_reason.startswith("unreadable"), line.file


@pytest.mark.parametrize("feed", ["police-street", "police-stop-search"])
def test_open_police_data_is_accepted_whole_and_without_a_remark(feed: str, counts: dict[str, list[Any]]) -> None:
    for line in counts[feed]:
        assert line.rows > 100
        assert (line.accepted, line.flagged, line.rejected) == (line.rows, 0, 0)


def test_events_at_places_keep_one_key_each_within_a_file() -> None:
    for feed, path in FOUND:
        if feed.startswith("police-"):
            found = list(translate_rows(FEEDS[feed], path.read_bytes()))
            entries = [entry for one in found for entry in one.records if isinstance(entry, ListEntry)]
            keys = {(entry.subject, entry.occurrence) for entry in entries}
            assert len(keys) == len(found)


def test_pds_patients_are_accepted_whole(counts: dict[str, list[Any]]) -> None:
    for line in counts["health-pds"]:
        failed_search = line.file == "TOO_MANY_MATCHES.json"
        assert line.rejected == failed_search, line.file


@pytest.mark.parametrize(("feed", "path"), FOUND, ids=[path.name for _, path in FOUND])
def test_a_file_cut_off_anywhere_is_rows_or_a_refusal(feed: str, path: Path) -> None:
    body = path.read_bytes()
    for part in range(1, 8):
        found, refusal = _read(feed, body[: min(len(body), 40_000) * part // 8])
        assert not any(one.records and one.errors for one in found)
        assert refusal is None or refusal.how_to_fix


STRUCTURED = [(feed, path) for feed, path in FOUND if path.suffix in {".json", ".xml"} and path.stat().st_size < 6_000]


@pytest.mark.parametrize(("feed", "path"), STRUCTURED, ids=[path.name for _, path in STRUCTURED])
def test_a_value_planted_anywhere_in_json_or_xml_is_in_no_error_flag_or_repr(feed: str, path: Path) -> None:
    bodies = _json_with_canary if path.suffix == ".json" else _xml_with_canary
    for body in bodies(path.read_bytes()):
        assert CANARY.encode() in body
        found, refusal = _read(feed, body)
        assert CANARY not in repr([(one, one.errors, one.flags) for one in found])
        assert refusal is None or CANARY not in repr(refusal) + refusal.message + refusal.how_to_fix


def _read(feed: str, body: bytes) -> tuple[list[Translation], FeedUnreadableError | None]:
    try:
        return list(translate_rows(FEEDS[feed], body)), None
    except FeedUnreadableError as error:
        return [], error


def _json_with_canary(body: bytes) -> Iterator[bytes]:
    document = json.loads(body)
    for holder, key in list(_places(document)):
        kept = holder[key]
        holder[key] = CANARY
        yield json.dumps(document).encode()
        holder[key] = kept


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield value, key
        yield from _places(one)


def _xml_with_canary(body: bytes) -> Iterator[bytes]:
    root = etree.fromstring(body)
    for element in root.iter(etree.Element):
        kept = element.text
        element.text = CANARY
        yield etree.tostring(root)
        element.text = kept
        for name, value in element.attrib.items():
            element.set(name, CANARY)
            yield etree.tostring(root)
            element.set(name, value)
