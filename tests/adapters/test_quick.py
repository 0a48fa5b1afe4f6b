"""The quick way gives the very facts of `translate`, and leaves it every row with an error or a flag."""

import csv
import io
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.police.codes import HANDLING, OUTCOME_CODES, ROLES
from adapters.port import Translation, translate_rows
from adapters.quick import QuickFeed, plain_fact
from adapters.registry import FEEDS
from benchmarks.ingest_files import write_file
from concept_model.records import facts_of

QUICK = sorted(name for name, feed in FEEDS.items() if isinstance(feed, QuickFeed) and feed.quick is not None)
OCCURRENCES = FEEDS["police-occurrences"]
COLUMNS = [column.name for column in OCCURRENCES.profile.columns]

moments = st.sampled_from(
    ["", "2026-04-14", "2026-04-14T18:30", "14/04/2026 18:30", "14/4/2026", "2026-13-01", "1900-01-01", "9999-12-31"]
) | st.datetimes().map(lambda at: at.isoformat())
flags = st.sampled_from(["", "Y", "n", "Yes", "0", "x", " y "])
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=12)
CELLS = {
    "occurrence_no": st.sampled_from(["OC1", "", " OC2 ", "x" * 201, "x" * 184]) | texts,
    "nominal_ref": st.sampled_from(["N1", "N2", "", "y" * 200, "y" * 201]) | texts,
    "role": st.sampled_from([*ROLES, "Victim", "SUSPECT", "", "bystander"]),
    "fact_or_opinion": st.sampled_from(["", "fact", "Opinion", "allegation", "rumour"]),
    "handling": st.sampled_from([*HANDLING, "OPEN", "", "secret"]),
    "ho_class": st.sampled_from(["105A", "", "ASB", "asb", "8N"]),
    "title": st.sampled_from(["Assault", "ASB Nuisance: noise", "ASB - rowdy", "Missing, high risk", "absent"]) | texts,
    "committed_from": moments, "committed_to": moments, "reported_at": moments,
    "location": st.sampled_from(["1 Mill Lane", "Caf\u00e9", "=SUM(A1)", "+44", "'quoted", "a\nb", 'a "b"']) | texts,
    "status": st.sampled_from(["", "convicted", "not convicted", "filed"]),
    "outcome_code": st.sampled_from([*OUTCOME_CODES, "23", "99", "", "1A"]),
    "outcome_date": moments,
    "dv_flag": flags, "child_present_flag": flags, "marac_flag": flags,
    "dash_risk": st.sampled_from(["", "standard", "Medium", "HIGH", "severe"]),
}  # fmt: skip
rows = st.fixed_dictionaries(CELLS)


def by_translate(feed, body):
    """Of each row that was taken without a flag, or with that of keeping nothing, its facts; else its translation."""
    for found in translate_rows(feed, body):
        remarks = [flag.code for flag in found.flags]
        clean = not (found.errors or found.refused) and remarks == [] if found.records else remarks == ["nothing-kept"]
        yield tuple(plain_fact(one) for record in found.records for one in facts_of(record)) if clean else found


def quickly(feed, body):
    for found in feed.quick_rows(io.BytesIO(body)).rows:
        yield found if isinstance(found, Translation) else found[2]


def same(feed, body):
    pairs = list(zip(by_translate(feed, body), quickly(feed, body), strict=True))
    for slow, quick in pairs:
        if isinstance(slow, tuple) and isinstance(quick, Translation):
            # Left to `translate`, which is always allowed.
            quick = tuple(plain_fact(one) for record in quick.records for one in facts_of(record))  # noqa: PLW2901
        assert quick == slow
    return pairs


def sheet(columns, many):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(many)
    return text.getvalue().encode()


@given(st.lists(rows, min_size=1, max_size=6), st.permutations(COLUMNS), st.integers(0, 6))
def test_occurrences_say_the_same_on_both_ways(many, columns, dropped):
    required = {column.name for column in OCCURRENCES.profile.columns if column.required}
    kept = [name for place, name in enumerate(columns) if name in required or place >= dropped]
    same(OCCURRENCES, sheet([*kept, "beat"], many))


@given(st.binary(max_size=120), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_bytes_of_any_kind_come_to_the_same(garbage, line_end):
    header = ",".join(COLUMNS).encode()
    good = sheet(COLUMNS, [OCCURRENCES.profile.example_rows[0]]).splitlines()[1]
    same(OCCURRENCES, line_end.join([header, good, garbage, good, b""]))


@given(st.text(string.printable, max_size=80))
def test_a_row_of_any_text_comes_to_the_same(text):
    same(OCCURRENCES, (",".join(COLUMNS) + "\n" + text).encode())


@pytest.mark.parametrize("feed", QUICK)
def test_a_large_file_goes_the_quick_way_but_for_its_faults(tmp_path, feed):
    write_file(feed, tmp_path / "file.csv", 2000)
    pairs = same(FEEDS[feed], (tmp_path / "file.csv").read_bytes())
    left = sum(isinstance(quick, Translation) for _, quick in pairs)
    assert 0 < left < len(pairs) * 0.2


def test_two_columns_of_one_name_are_left_to_translate():
    header = ",".join([*COLUMNS, "beat", "beat"])
    assert OCCURRENCES.quick_rows(io.BytesIO((header + "\n").encode())) is None
