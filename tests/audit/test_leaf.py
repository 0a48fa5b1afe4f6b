import hmac
import json
from base64 import b64encode
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import canonical_json, parse_canonical
from audit.entry import COMMITTED_FIELDS, Decision, Entry, EventClass, Outcome, Phase
from audit.errors import AuditError, EntryError, OpeningError
from audit.leaf import MAX_LEAF_BYTES, Opening, check_openings, commit_entry, commitment, opened_values, parse_leaf

AT = datetime(2026, 11, 21, 9, 30, 15, 987654, tzinfo=UTC)


_ONE, _OTHER = "3b0c1d52-6a1e-4a8e-9a55-0d6f6a4f1c01", "3b0c1d52-6a1e-4a8e-9a55-0d6f6a4f1c02"


def salts(seed="salt"):
    return lambda name: sha256(f"{seed}/{name}".encode()).digest()


def a_consultation(**changes):
    return Entry(
        **{
            "entry_id": "01JENTRY",
            "event": EventClass.CONSULTATION,
            "at": AT,
            "log_id": "northvale.example/audit",
            "who": "staff-17",
            "role": "mash-social-worker",
            "agency": "childrens-services",
            "purpose": "front-door-screening",
            "phase": Phase.OUTCOME,
            "refers_to": _OTHER,
            "agreements": ("ISA-2024-03/4.2",),
            "subjects": (_ONE, _OTHER),
            "masks": {"person-1:strong": "00ff"},
            "items_shown": ("education.attendance",),
            "shown_counts": {"education.attendance": 3},
            "decision": Decision.PART,
            "detail": {"justification": "a call from the school \u00e9", "row_count": 3},
        }
        | changes
    )


def test_a_leaf_shows_version_class_second_log_and_id_and_nothing_else():
    leaf, _ = commit_entry(a_consultation(), salts())
    shown = json.loads(leaf)

    commitments = shown.pop("commitments")
    assert shown == {
        "at": "2026-11-21T09:30:15Z",
        "entry": "01JENTRY",
        "event": "consultation",
        "log": "northvale.example/audit",
        "v": 1,
    }
    assert len(commitments) == -(-32 * len(COMMITTED_FIELDS) // 3) * 4
    assert canonical_json(json.loads(leaf)) == leaf
    assert len(leaf) < MAX_LEAF_BYTES


def test_every_field_is_either_clear_or_committed():
    clear = {"entry_id", "event", "log_id"}

    assert {one.name for one in fields(Entry)} == clear | set(COMMITTED_FIELDS)


def test_a_leaf_of_an_almost_empty_entry_is_as_long_as_that_of_a_full_one():
    bare = Entry(
        entry_id="01JOTHER",
        event=EventClass.CONSULTATION,
        at=AT,
        log_id="northvale.example/audit",
        who="a",
        agency="b",
        purpose="c",
    )

    assert len(commit_entry(bare, salts())[0]) == len(commit_entry(a_consultation(), salts())[0])


def test_openings_fit_their_leaf_and_give_the_values_back():
    leaf, openings = commit_entry(a_consultation(), salts())

    check_openings(leaf, openings)
    check_openings(leaf, {})
    values = opened_values(leaf, openings)
    assert set(values) == set(COMMITTED_FIELDS)
    assert values["at"] == "2026-11-21T09:30:15.987654Z"
    assert values["subjects"] == [_ONE, _OTHER]
    assert values["household"] is None
    assert values["detail"] == {"justification": "a call from the school \u00e9", "row_count": 3}
    assert values["sealed"] is False


@given(st.sampled_from(COMMITTED_FIELDS), st.booleans(), st.integers(0, 10**6))
def test_an_opening_with_any_bit_flipped_is_named_and_refused(name, in_salt, place):
    leaf, openings = commit_entry(a_consultation(), salts())
    salt, value = bytearray(openings[name].salt), bytearray(openings[name].value)
    target = salt if in_salt else value
    target[place % len(target)] ^= 1 << place % 8
    openings[name] = Opening(bytes(salt), bytes(value))

    with pytest.raises(OpeningError) as refused:
        check_openings(leaf, openings)
    assert refused.value.field == name


@given(st.integers(0, 10**6))
def test_a_leaf_with_any_bit_flipped_fits_no_longer_or_says_something_else(place):
    leaf, openings = commit_entry(a_consultation(), salts())
    changed = bytearray(leaf)
    changed[place % len(leaf)] ^= 1 << place % 8

    try:
        check_openings(bytes(changed), openings)
    except AuditError:
        return
    assert parse_leaf(bytes(changed)) != parse_leaf(leaf)


def test_an_opening_does_not_fit_another_field_of_equal_value():
    leaf, openings = commit_entry(a_consultation(), salts())
    swapped = openings | {"household": openings["legal_basis"], "legal_basis": openings["household"]}

    with pytest.raises(OpeningError):
        check_openings(leaf, swapped)


def test_a_clear_second_that_contradicts_the_committed_instant_is_refused():
    leaf, openings = commit_entry(a_consultation(), salts())
    back_dated = leaf.replace(b"09:30:15Z", b"09:30:14Z")

    with pytest.raises(OpeningError) as refused:
        check_openings(back_dated, openings)
    assert refused.value.field == "at"


@pytest.mark.parametrize("rest", ['.987654"', '.987654+02:00"', '.9Z"', '.987654-99:99Z"', '.98765\u0664Z"'])
def test_an_instant_in_any_other_form_than_that_of_an_entry_is_refused(rest):
    # A log's keeper could commit to one, and a verifier that compared it with another would end in a traceback.
    leaf, openings = commit_entry(a_consultation(), salts())
    salt, value = openings["at"].salt, f'"2026-11-21T09:30:15{rest}'.encode()
    held = parse_leaf(leaf).commitments
    old, new = (
        b64encode(b"".join((held | changed).values())) for changed in ({}, {"at": commitment("at", salt, value)})
    )

    with pytest.raises(OpeningError) as refused:
        check_openings(leaf.replace(old, new), {"at": Opening(salt, value)})
    assert (refused.value.field, refused.value.problem) == ("at", "is not within the second that stands in clear")


def test_an_unknown_field_or_a_short_salt_is_refused():
    leaf, openings = commit_entry(a_consultation(), salts())

    with pytest.raises(OpeningError):
        check_openings(leaf, {"colour": openings["who"]})
    with pytest.raises(OpeningError):
        check_openings(leaf, {"who": Opening(b"short", openings["who"].value)})


def test_salts_must_be_long_and_fresh():
    with pytest.raises(EntryError):
        commit_entry(a_consultation(), lambda _: b"short")
    with pytest.raises(EntryError):
        commit_entry(a_consultation(), lambda _: bytes(32))


@given(st.sampled_from(COMMITTED_FIELDS), st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_a_commitment_is_the_hmac_of_the_standard_library(name, salt, value):
    assert commitment(name, salt, value) == hmac.digest(salt, name.encode() + b"\x00" + value, "sha256")


def test_once_the_salts_are_gone_no_guess_of_a_value_can_be_told_from_another():
    first, openings = commit_entry(a_consultation(), salts("first"))
    second, _ = commit_entry(a_consultation(), salts("second"))
    values = {opening.value for opening in openings.values()}
    kept = set(parse_leaf(first).commitments.values())

    assert not kept & set(parse_leaf(second).commitments.values())
    assert len(kept) == len(COMMITTED_FIELDS) > len(values)
    for value in values:
        guesses = {commitment(name, bytes(32), value) for name in COMMITTED_FIELDS}
        guesses |= {sha256(value).digest(), sha256(b"who\x00" + value).digest()}
        assert not kept & guesses


def test_an_opening_does_not_show_itself():
    assert repr(Opening(b"s" * 32, b'"value"')) == "Opening(...)"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("at", {"at": datetime(2026, 1, 1)}),  # noqa: DTZ001 - the naive instant is the case under test
        ("at", {"at": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))}),
        ("entry_id", {"entry_id": 'a"b'}),
        ("entry_id", {"entry_id": ""}),
        ("log_id", {"log_id": "two words"}),
        ("who", {"who": ""}),
        ("purpose", {"purpose": None}),
        ("refers_to", {"refers_to": None}),
        ("outcome", {"phase": Phase.AUTHORISATION}),
        ("outcome", {"outcome": Outcome.PENDING}),
        ("items_shown", {"phase": Phase.AUTHORISATION, "outcome": Outcome.PENDING}),
        ("items_shown", {"decision": Decision.REFUSE}),
        ("subjects", {"subjects": ("Jane Doe",)}),
        ("masks", {"masks": {"person-1": "xyz"}}),
        ("shown_counts", {"shown_counts": {"education.attendance": -1}}),
        ("detail", {"detail": {"colour": "blue"}}),
        ("detail", {"detail": {"justification": "x" * 4001}}),
        ("team", {"team": "x" * 501}),
    ],
)
def test_an_entry_that_breaks_a_rule_names_the_field(field, changes):
    with pytest.raises(EntryError) as refused:
        a_consultation(**changes)
    assert refused.value.field == field


def test_a_refusal_and_an_empty_search_are_entries():
    refusal = a_consultation(
        event=EventClass.DENIED,
        phase=Phase.SINGLE,
        refers_to=None,
        decision=Decision.REFUSE,
        outcome=Outcome.DENIED,
        items_shown=(),
        shown_counts={},
        purpose=None,
    )
    empty = replace(refusal, event=EventClass.SEARCH, purpose="front-door", outcome=Outcome.NOTHING_FOUND, subjects=())

    assert parse_leaf(commit_entry(refusal, salts())[0]).event is EventClass.DENIED
    assert parse_leaf(commit_entry(empty, salts())[0]).event is EventClass.SEARCH


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1,"w":1'),
        (b'{"at"', b'{ "at"'),
        (b"consultation", b"conversation"),
        (b'"commitments":"', b'"commitments":"AAAA'),
        (b'"commitments":"', b'"commitments":"='),
        (b"2026-11-21T09:30:15Z", b"2026-11-21T09:30:15.9Z"),
        (b'"entry":"', b'"entry":"\\"'),
    ],
)
def test_a_leaf_of_another_spelling_is_refused(old, new):
    leaf, _ = commit_entry(a_consultation(), salts())
    assert old in leaf

    with pytest.raises(EntryError):
        parse_leaf(leaf.replace(old, new))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_has_one_spelling_and_reads_back(value):
    data = canonical_json(value)

    assert parse_canonical(data) == value
    with pytest.raises(ValueError, match="canonical"):
        parse_canonical(b" " + data)


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, b"bytes", {1: 2}, {"\u00e9": 1}, [{"a": 0.0}], "\ud800"])
def test_what_has_no_single_spelling_is_refused(value):
    with pytest.raises(ValueError):
        canonical_json(value)


def test_canonical_json_escapes_as_rfc_8785_does():
    assert canonical_json({"b": '\u20ac$\u000f\nA\'B"\\\\"/', "a": [True, None, -0]}) == (
        b'{"a":[true,null,0],"b":"' + '\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/'.encode() + b'"}'
    )
