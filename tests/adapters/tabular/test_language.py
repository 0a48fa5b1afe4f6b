"""What the mapping language can describe, tried on files as partners write them."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import FeedUnreadableError
from adapters.port import RawRow, translate_rows
from adapters.tabular import MappingError, load_mapping
from adapters.tabular.columns import Split
from concept_model.records import facts_of

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "gateway" / "demo" / "northvale" / "feeds"
SAMPLES = ROOT.parent / "shared" / "samples"
HEAD = "name: a-feed\nsource: some\ntitle: A feed\n"
EXAMPLES = """
examples:
  - name: good
    row: {ref: "1", surname: Example}
    facts: [{item: identity.name}]
  - name: bad
    row: {ref: "1"}
    error: {code: required-missing}
"""
NAMED = "  ref: {type: key, required: true}\n  surname: {required: true}\n"
PERSON = "  - person: {names: [{family: surname}]%s}\n"


def mapping(*, top: str = "", columns: str = "", records: str = "", person: str = "") -> str:
    text = f"{HEAD}key: ref\n{top}columns:\n{NAMED}{columns}records:\n{PERSON % person}{records}"
    return text + EXAMPLES


def facts(text: str, body: bytes):
    feed = load_mapping(text)
    return [
        (fact.item, fact.subject_key, dict(fact.value))
        for translation in translate_rows(feed, body)
        for record in translation.records
        for fact in facts_of(record)
    ]


def codes(text: str, body: bytes):
    return [[error.code for error in one.errors] for one in translate_rows(load_mapping(text), body)]


def test_names_in_a_later_row_labels_at_the_left_and_the_mended_rows_of_such_a_file():
    text = mapping(top="format: {kind: csv, names_in_row: 3, rows_begin: 5, label_columns: 1}\n")
    header = 'Title,,\n"Two\nlines",what,who\nNames,ref,surname\nExample,0,Nobody\n'
    assert facts(text, f"{header},7,Example\n".encode("utf-8-sig"))[0][1] == "7"
    assert facts(text, b"ref,surname\n7,Example\n")[0][1] == "7"
    with pytest.raises(FeedUnreadableError):
        list(load_mapping(text).rows(io.BytesIO(b"Title,,\n")))


def test_a_file_without_names_has_its_columns_in_the_order_of_the_mapping():
    text = mapping(top="format: {kind: csv, header: false, delimiter: bar}\n")
    assert facts(text, b"7|Example\n8|Other\n")[1][1:] == ("8", {
        "family": "Other", "given": "", "title": "", "use": "usual",
    })  # fmt: skip
    assert codes(text, b"7|Example\n8|Other|more\n") == [[], ["row-shape"]]


def test_other_names_of_a_column():
    text = mapping(columns="  dob: {type: date, also: [Date of Birth, D.O.B.]}\n", person=", birth_date: dob")
    assert ("identity.birth_date", "7", {"date": "1985-04-03", "expected": False}) in facts(
        text, b"REF,Surname,date of birth\n7,Example,03/04/1985\n"
    )


def test_only_the_formats_that_are_named_are_dates():
    text = mapping(columns="  dob: {type: date, formats: [D MMM YYYY, MM/DD/YYYY]}\n", person=", birth_date: dob")
    body = b"ref,surname,dob\n1,A,3 Apr 1985\n2,B,04/03/1985\n3,C,1985-04-03\n4,D,01/01/1901\n5,E,3 Apr 1085\n"
    found = [value["date"] for item, _, value in facts(text, body) if item == "identity.birth_date"]
    assert found == ["1985-04-03", "1985-04-03"]
    assert codes(text, body) == [[], [], ["date-invalid"], [], ["date-invalid"]]


@pytest.mark.parametrize("written", ["DD-MM-YY", "YYYY", "DD-MM", "DD-MM-YYYY YYYY", "%d-%m-%Y", "day"])
def test_a_date_format_that_would_have_to_guess_is_refused(written):
    with pytest.raises(MappingError, match="date format"):
        load_mapping(mapping(columns=f'  dob: {{type: date, formats: "{written}"}}\n', person=", birth_date: dob"))


def test_a_cell_is_cut_without_a_pattern_and_its_errors_are_told_of_the_column_that_was_sent():
    text = mapping(
        columns='  who: {split: {by: " / ", into: {first: {}, born: {type: date}}}}\n', person=", birth_date: born"
    ).replace("{family: surname}", "{family: surname, given: first}")
    (name, born) = facts(text, b"ref,surname,who\n7,Example,Jo / 03/04/1985\n")
    assert name[2]["given"] == "Jo"
    assert born[2]["date"] == "1985-04-03"
    (bad,) = translate_rows(load_mapping(text), b"ref,surname,who\n7,Example,Jo / soon\n")
    assert [(error.code, error.column) for error in bad.errors] == [("date-invalid", "who")]


def test_a_cell_that_is_cut_counts_whole_in_a_condition_and_as_nothing_else():
    child = mapping(
        columns="  child: {split: {by: space, from_end: true, into: {given: {}, last: {}}}}\n",
        records="  - person: {subject: [ref, {constant: child}], when: {column: child}, "
        "names: [{family: last, given: given}]}\n",
    )
    found = facts(child, b"ref,surname,child\n7,Example,Robin Lee Example\n8,Other,\n")
    assert [(subject, value["given"]) for _, subject, value in found] == [
        ("7", ""),
        ("7/child", "Robin Lee"),
        ("8", ""),
    ]
    with pytest.raises(MappingError, match=r"column child, which is split\. Use a part of it: given, last"):
        load_mapping(child.replace("family: last", "family: child"))


def test_columns_are_put_together():
    text = mapping(
        columns="  out: {}\n  in: {}\n  code: {type: postcode, join: {of: [out, in], by: space}}\n",
        records="  - residence: {lines: out, postcode: code}\n",
    )
    (_, home) = facts(text, b"ref,surname,out,in\n7,Example,ZZ1,1ZZ\n")
    assert home[2]["postcode"] == "ZZ1 1ZZ"


REPEATED = mapping(
    top="groups: {child: {to: 3}}\n",
    columns='  "child{child}": {}\n  "child{child}_dob": {type: date}\n',
    records="""\
  - person:
      each: child
      when: {column: "child{child}"}
      subject: [ref, {constant: "c{child}"}]
      names: [{family: surname, given: "child{child}"}]
      birth_date: "child{child}_dob"
  - relationship:
      each: child
      when: {column: "child{child}"}
      other: [ref, {constant: "c{child}"}]
      kind: {constant: parent}
""",
)


def test_numbered_columns_are_written_once_and_read_each():
    body = b"ref,surname,child1,child1_dob,child2,child3\n7,Example,Sam,2016-02-11,,Alex\n"
    found = facts(REPEATED, body)
    assert [subject for item, subject, _ in found if item == "identity.name"] == ["7", "7/c1", "7/c3"]
    assert [value["other"] for item, _, value in found if item == "family.relationship"] == ["7/c1", "7/c3"]


NESTED = mapping(
    top="""\
format: [{kind: json, rows: data/people}, {kind: ndjson}, {kind: xml, root: People, row: Person}, {kind: csv}]
groups: {stay: {to: 2, path: stays/stay}}
""",
    columns="""\
  "line{stay}": {path: at/line}
  "from{stay}": {type: date, path: "@from"}
""",
    records="""\
  - residence: {each: stay, lines: "line{stay}", valid_from: "from{stay}"}
""",
).replace("surname: {required: true}", "surname: {required: true, path: name/last}")


def person(ref: str, *lines: str) -> dict[str, object]:
    return {"ref": ref, "name": {"last": "Example"}, "stays": {"stay": [{"at": {"line": line}} for line in lines]}}


def test_json_lines_and_xml_become_the_same_records():
    as_json = json.dumps({"data": {"people": [person("7", "1 A", "2 B")]}}).encode()
    as_lines = (json.dumps(person("7", "1 A", "2 B")) + "\n").encode()
    as_xml = (
        b"<People><Person><ref>7</ref><name><last>Example</last></name><stays><stay><at><line>1 A</line></at></stay>"
        b"<stay><at><line>2 B</line></at></stay></stays></Person></People>"
    )
    as_csv = b"ref,surname,line1,from1,line2,from2\n7,Example,1 A,,2 B,\n"
    without_lines = NESTED.replace("{kind: json, rows: data/people}, ", "")
    found = [facts(NESTED, as_json), facts(without_lines, as_lines), facts(NESTED, as_xml), facts(NESTED, as_csv)]
    assert found[0] == found[1] == found[2] == found[3]
    assert [value["lines"] for item, _, value in found[0] if item == "address.residence"] == ["1 A", "2 B"]


def test_an_attribute_is_read_and_too_many_elements_are_a_row_error():
    one = "<Person><ref>7</ref><name><last>Example</last></name><stays>{}</stays></Person>"
    stay = '<stay from="2026-02-01"><at><line>1 A</line></at></stay>'
    body = f"<People>{one.format(stay)}{one.format(stay * 3)}</People>".encode()
    first, second = translate_rows(load_mapping(NESTED), body)
    assert first.records[1].valid_from.isoformat() == "2026-02-01"
    assert [error.code for error in second.errors] == ["row-shape"]
    assert not second.records


@pytest.mark.parametrize("body", [b"{", b"[1", b'{"data": 3', b"<People>", b"<Other/>", b"<!DOCTYPE a []><People/>"])
def test_a_document_that_is_broken_or_unsafe_is_refused_whole(body):
    with pytest.raises(FeedUnreadableError):
        list(translate_rows(load_mapping(NESTED), body))


def test_a_list_sent_to_a_feed_of_lines_is_refused_for_that():
    lines = load_mapping(NESTED.replace("{kind: json, rows: data/people}, ", ""))
    with pytest.raises(FeedUnreadableError, match="one JSON list; this feed takes one object a line"):
        lines.rows(io.BytesIO(b'[{"ref": "7"}]'))


def test_a_list_with_something_that_is_no_object_loses_no_object():
    body = json.dumps({"data": {"people": [person("7", "1 A"), 3, None, person("8", "2 B")]}}).encode()
    assert codes(NESTED, body) == [[], ["row-shape"], ["row-shape"], []]


STATED = mapping(
    columns="""\
  kind: {type: code, codes: [full, part, none]}
  owed: {type: money, negate: true}
  since: {type: date}
""",
    records="""\
  - statement:
      item: housing.arrears
      when: [{column: owed, above: 10, below: 1000}, {column: kind, except: none}]
      value: {balance: owed, stage: {column: kind, map: {full: whole, part: some}}}
      valid_from: since
""",
)


@pytest.mark.parametrize(
    ("kind", "owed", "made"),
    [
        ("full", "-12.50", {"balance": 12.5, "stage": "whole"}),
        ("part", "-999.99", {"balance": 999.99, "stage": "some"}),
        ("full", "-10", None), ("full", "-1000", None), ("full", "50", None), ("none", "-50", None), ("", "-50", None),
        ("full", "", None),
    ],
)  # fmt: skip
def test_conditions_signs_and_maps(kind, owed, made):
    found = facts(STATED, f"ref,surname,kind,owed\n7,Example,{kind},{owed}\n".encode())
    stated = [value for item, _, value in found if item == "housing.arrears"]
    assert stated == ([] if made is None else [made])


@pytest.mark.parametrize(
    ("old", "new", "part", "says"),
    [
        ("groups: {child: {to: 3}}", "groups: {child: {to: 99}}", "groups:", "does not count"),
        ("groups: {child: {to: 3}}", "groups: {kid: {to: 3}}", '"child{child}": {}', "names no declared group"),
        ("each: child\n      when", "each: kid\n      when", "each: kid", "no group"),
        ("subject: [ref, {constant:", "subject: [{constant:", "subject:", "same for every row"),
        ('"child{child}": {}', '"child{child}": {path: a}', '"child{child}"', "has a path"),
        ("key: ref\n", "key: ref\nmatch_only: maybe\n", "match_only", "true or false"),
        ("key: ref\n", "key: ref\nformat: {kind: csv, names_in_row: 3, rows_begin: 2}\n", "format", "before the names"),
        ("key: ref\n", "key: ref\nformat: {kind: xlsm}\n", "format", "unknown kind"),
        ("key: ref\n", "key: ref\nformat: {kind: xml, root: a}\n", "format", "lacks row"),
        ("key: ref\n", "key: ref\nnever_kept: [surname]\n", "never_kept", "declared column"),
        ('names: [{family: surname, given: "child{child}"}]', "names: []", "names: []", "not empty"),
    ],
)  # fmt: skip
def test_what_a_mapping_gets_wrong_is_told_with_its_line(old, new, part, says):
    assert old in REPEATED
    text = REPEATED.replace(old, new, 1)
    with pytest.raises(MappingError) as caught:
        load_mapping(text)
    assert says in str(caught.value)
    assert part in text.splitlines()[caught.value.line - 1]
    assert caught.value.remedy


def test_a_match_only_feed_says_who_and_where_somebody_is_and_nothing_else():
    with pytest.raises(MappingError, match="match_only keeps no statement"):
        load_mapping(STATED.replace("key: ref\n", "key: ref\nmatch_only: true\n"))


@given(st.lists(st.text("abc ", min_size=1, max_size=4), min_size=1, max_size=6), st.booleans())
@settings(max_examples=60)
def test_no_part_of_a_cell_is_lost_when_it_is_cut(words, from_end):
    parts = Split(",", ("a", "b", "c"), from_end=from_end).parts(",".join(words))
    assert list(parts) == ["a", "b", "c"]
    assert "".join(parts.values()).replace(",", "").replace(" ", "") == "".join(words).replace(" ", "")


@given(st.dictionaries(st.sampled_from(["ref", "surname", "child1", "child1_dob", "child2"]), st.text(max_size=8)))
@settings(max_examples=100)
def test_no_row_of_any_text_makes_a_mapped_feed_raise(cells):
    translation = load_mapping(REPEATED).translate(RawRow(1, cells))
    assert not (translation.errors and translation.records)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples folder ../shared/samples is not beside the repository")
@pytest.mark.parametrize(
    ("feed", "file"),
    [
        ("core-lettings", "core-social-lettings/general_needs_log_24_25.xml"),
        ("core-lettings", "core-social-lettings/general_needs_log_26_27.xml"),
        ("core-lettings", "core-social-lettings/supported_housing_logs.xml"),
        ("core-lettings", "core-social-lettings/lettings_log_csv_export_codes_24.csv"),
        ("core-lettings", "core-social-lettings/lettings_log_csv_export_codes_26.csv"),
        ("core-lettings", "core-social-lettings/lettings_log_csv_export_labels_24.csv"),
        ("core-lettings", "core-social-lettings/lettings_log_csv_export_labels_26.csv"),
        ("core-lettings-bulk", "core-social-lettings/2023_24_lettings_bulk_upload.csv"),
        ("service-directory", "open-referral-uk-mocks/V3.0-UK-Default__service_full.json"),
        ("service-directory", "open-referral-uk-mocks/V3.0-UK-Default__service_list.json"),
    ],
)
def test_a_public_sample_is_read_whole(feed, file):
    found = list(translate_rows(load_mapping(FOLDER / f"{feed}.yaml"), (SAMPLES / file).read_bytes()))
    assert found
    assert all(one.records and not one.errors for one in found)
