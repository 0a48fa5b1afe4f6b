from pathlib import Path

import pytest

from adapters.port import translate_rows
from adapters.tabular import MappingError, check_examples, load_mapping, load_mappings
from adapters.tabular.document import read_document

# A source that the project has no code for: the members of a leisure centre.
LEISURE = """\
name: leisure-members
source: leisure
title: Members of the leisure centre
key: member_no
duplicate_free: true
youngest: 16
columns:
  member_no: {type: key, required: true, description: Number of the member}
  surname: {required: true}
  dob: {type: date}
  scheme:
    type: code
    codes: {concession: concession, "full": full price}
  child_no: {type: key}
  joined: {type: date}
  left: {type: date}
records:
  - person:
      names: [{family: surname}]
      birth_date: dob
  - relationship: {other: child_no, kind: {constant: parent}}
  - statement:
      item: support.episode
      when: {column: scheme, equals: concession}
      needs: joined
      value: {kind: {constant: leisure membership}, status: scheme}
      valid_from: joined
      valid_to: left
examples:
  - name: a member on a concession
    row: {member_no: 7, surname: Example, dob: 1985-04-03, scheme: Concession, joined: 01/05/2026, child_no: 8}
    facts:
      - {item: identity.name, subject: "7", value: {family: Example}}
      - {item: identity.birth_date, value: {date: "1985-04-03"}}
      - {item: family.relationship, occurrence: parent/8, value: {kind: parent}}
      - {item: support.episode, value: {status: concession}, valid_from: 2026-05-01, valid_to: , role: , nature: fact}
  - name: an unknown scheme
    row: {member_no: 7, surname: Example, scheme: gold}
    error: {code: code-unknown, column: scheme}
"""


def refusal(text: str) -> MappingError:
    with pytest.raises(MappingError) as caught:
        load_mapping(text)
    return caught.value


def changed(old: str, new: str) -> str:
    assert LEISURE.count(old) == 1
    return LEISURE.replace(old, new)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_a_source_never_seen_before_is_read_without_a_code_change():
    feed = load_mapping(LEISURE)
    assert check_examples(feed) == ()
    body = b"Member_No,SURNAME,dob,scheme,shoe_size\n1,Example,03/04/1985,full,41\n2,Example,,gold,38\n3,Other,,,\n"
    translations = list(translate_rows(feed, body))
    assert [bool(translation.errors) for translation in translations] == [False, True, False]
    assert translations[0].records[0].birth_date == "1985-04-03"
    assert feed.profile.duplicate_free
    assert feed.profile.youngest == 16


def test_the_items_of_a_column_follow_from_the_records():
    items = {column.name: column.items for column in load_mapping(LEISURE).profile.columns}
    assert items == {
        "member_no": (), "surname": ("identity.name",), "dob": ("identity.birth_date",),
        "scheme": ("support.episode",), "child_no": ("family.relationship",), "joined": ("support.episode",),
        "left": ("support.episode",),
    }  # fmt: skip


def test_what_a_statement_needs_is_asked_for_only_where_it_is_made():
    feed = load_mapping(LEISURE)
    row = "member_no,surname,scheme\n1,Example,concession\n2,Example,full\n"
    needing, free = translate_rows(feed, row.encode())
    assert [(error.column, error.code) for error in needing.errors] == [("joined", "required-missing")]
    assert not free.errors


@pytest.mark.parametrize(
    ("old", "new", "part", "says"),
    [
        ("duplicate_free: true", "duplicates: true", "duplicates: true", "no key 'duplicates'"),
        ("youngest: 16", "youngest: true", "youngest: true", "has to be an age in years"),
        ("youngest: 16", "youngest: 160", "youngest: 160", "has to be an age in years"),
        ("youngest: 16", "youngest: [16]", "youngest: [16]", "has to be an age in years"),
        ("support.episode\n", "support.episod\n", "support.episod", "Did you mean support.episode?"),
        ("item: support.episode\n", "item: identity.name\n", "item: identity.name", "no statement"),
        ("status: scheme", "state: scheme", "state: scheme", "Did you mean status?"),
        ("status: scheme", "status: shceme", "status: shceme", "Did you mean scheme?"),
        ("status: scheme", "status: dob", "status: dob", "of type date"),
        ("status: scheme", "status: {constant: 3}", "constant: 3", "nothing that a row says"),
        ("birth_date: dob", "birth_date: surname", "birth_date: surname", "of type text"),
        ("birth_date: dob", "birthdate: dob", "birthdate: dob", "Did you mean birth_date?"),
        ("birth_date: dob", "birth_date: dob\n      protected: refuge", "names:", "only one of protected"),
        ("equals: concession}", "equals: free}", "equals: free", "never keeps"),
        ("dob: {type: date}", "dob: {type: day}", "dob: {type: day}", "unknown type"),
        ("dob: {type: date}", "dob: {type: date, codes: [a]}", "codes: [a]", "has codes"),
        ("dob: {type: date}", "dob: {type: date}\n  Dob: {}", "  Dob:", "letter case"),
        ("left: {type: date}", "left: {type: date}\n  gym: {}", "gym: {}", "feeds no record"),
        ("key: member_no\n", "key: surname\n", "key: surname", "of type text"),
        ("key: member_no\n", "key: child_no\n", "key: child_no", "not required"),
        ("name: leisure-members", "name: Leisure Members", "Leisure Members", "may not have"),
        ("{constant: parent}", "{constant: uncle}", "uncle", "does not know"),
        ("needs: joined\n", "needs: []\n", "needs: []", "not empty"),
        ("status: scheme}", "status: scheme}\n      nature: rumour", "rumour", "Known are"),
        ("member_no: 7, surname: Example, dob: 1985-04-03", "member_no: 7, shoe: 41", "shoe: 41", "no key 'shoe'"),
        ("    error: {code: code-unknown, column: scheme}\n", "", "an unknown scheme", "neither or both"),
    ],
)
def test_what_is_unknown_or_does_not_fit_refuses_with_its_line_and_a_remedy(old, new, part, says):
    text = changed(old, new)
    error = refusal(text)
    assert says in str(error)
    assert error.line == line_of(text, part)
    assert error.remedy


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "- a", "[", "{", "a: b: c", "name: x\nname: x\n", "%YAML 1.1\n---\na: 1\n", "a: 1\n---\nb: 2\n",
        "a: &x 1\nb: *x\n", "a: !!python/object:os.system {}\n", "a: !secret 1\n", "<<: {a: 1}\n", "[" * 50_000,
        "a: " + "[" * 40 + "]" * 40, "x" * 300_000, "? [a]\n: 1\n", "\x00", "a: \x07", "name:\n",
    ],
)  # fmt: skip
def test_a_file_that_is_not_plain_yaml_is_refused(text):
    refusal(text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("key: member_no\n", "key: member_no\nkey: member_no\n", "is there twice"),
        ("dob: {type: date}", "dob: {type: date, type: date}", "is there twice"),
        ("dob: {type: date}", "dob: &day {type: date}", "Anchors and aliases"),
        ("dob: {type: date}", "dob: !!map {<<: {type: date}}", "merge keys"),
        ("surname: {required: true}", "surname: {required: !council true}", "Tags"),
        ("dob: {type: date}", "dob: !council {type: date}", "Tags"),
        ("title: Members of the leisure centre", "title: ", "has to be text"),
    ],
)
def test_what_yaml_allows_and_a_mapping_does_not_refuses_an_else_good_file(old, new, says):
    assert says in str(refusal(changed(old, new)))


def test_a_file_that_is_too_long_or_has_a_directive_is_refused_for_that():
    assert "longer than" in str(refusal(LEISURE + "#" * 200_000))
    assert "directive" in str(refusal("%YAML 1.1\n---\n" + LEISURE))


def test_yaml_is_1_2_so_no_is_a_word():
    text = changed("codes: {concession: concession, ", "codes: {no: nothing, concession: concession, ")
    assert load_mapping(text).columns[3].codes == {"no": "nothing", "concession": "concession", "full": "full price"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("value: {family: Example}", "value: {family: Other}", "differs in family"),
        ("occurrence: parent/8", "occurrence: parent/9", "differs in occurrence"),
        ("valid_from: 2026-05-01", "valid_from: 2026-05-02", "differs in valid_from"),
        ('      - {item: identity.birth_date, value: {date: "1985-04-03"}}\n', "", "no line expects: identity.birth"),
        ("scheme: gold", "scheme: full", "came: none"),
        ("code: code-unknown", "code: date-invalid", "came: code-unknown in scheme"),
        ("dob: 1985-04-03", "dob: never", "the row was refused"),
        ("dob: 1985-04-03", "dob: 1900-01-01", "other flags than expected: date-sentinel"),
    ],
)
def test_an_example_that_does_not_come_true_is_named_without_its_values(old, new, says):
    (failure,) = check_examples(load_mapping(changed(old, new)))
    assert failure.name in {"a member on a concession", "an unknown scheme"}
    assert says in failure.message
    assert "1985" not in failure.message
    assert "Example" not in failure.message


def test_a_folder_with_an_example_that_fails_is_refused_whole(tmp_path: Path):
    (tmp_path / "good.yaml").write_text(LEISURE, encoding="utf-8")
    assert set(load_mappings(tmp_path)) == {"leisure-members"}
    wrong = changed("scheme: gold", "scheme: full").replace("leisure-members", "leisure-two")
    (tmp_path / "wrong.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(MappingError, match=r"wrong\.yaml, line \d+: Example 'an unknown scheme' fails"):
        load_mappings(tmp_path)


def test_two_files_may_not_hold_one_feed(tmp_path: Path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(LEISURE, encoding="utf-8")
    with pytest.raises(MappingError, match=r"b\.yaml"):
        load_mappings(tmp_path)


def test_a_text_that_was_read_is_not_parsed_again():
    assert read_document(LEISURE) is read_document(LEISURE)


def test_a_file_that_is_not_utf_8_is_refused_by_name(tmp_path: Path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"title: caf\xe9\n")
    with pytest.raises(MappingError, match=r"latin\.yaml"):
        load_mapping(path)
