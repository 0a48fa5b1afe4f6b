"""Linkage of columns: the rules in SQL are those for one record, and files are linked as records are."""

from random import Random

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import sql_rules
from linkage.addresses import address_text, key_and_street
from linkage.columns import connect
from linkage.engine import link_table
from linkage.file_columns import standard_table
from linkage.file_rows import COLUMNS
from linkage.lineage import assign_person_ids
from linkage.person_ids import inherit_ids
from linkage.quality import Quality, quality, quality_by_group, widest_gap
from linkage.record import LinkIdentifier, LinkRecord
from linkage.standardise import address_key, email, phone, standardise, uprn
from linkage.training_people import generate

EXAMPLES = {
    "nhs_number": ("9434765919", "943 476 5919", "1111111111", "9434765918", "9" * 70),
    "upn": ("A12345678901T", "H801200001001", "T801200001001", "h 801200001001"),
    "nino": ("AB123456C", "QQ123456C", "TN311258F", "ab 12 34 56 d"),
    "uprn": ("00010012345678", "100012345678", "1", "000"),
    "phone": ("+44 (0)7700 900123", "7700900123", "0044 1632 960100", "07000000000", "+33 1 23 45 67 89"),
    "email": ("A.b@C.org", "noreply@x.y", "info@x", "a b@c", "admin.x@y.z "),
    "national_id": ("A-1234", "--", "- - -", "12", "123", "x" * 64, "x" * 65),
}
PYTHON = {"phone": phone, "email": email, "uprn": uprn}
# Spaces of all kinds, digits of another script, and what looks like a letter.
ODD = "\u00a0\u2009\u3000\t\n\x0b\x1f\x85\u2028\u0661\uff11"


def checked(scheme, text):
    record = standardise(LinkRecord("r", "s", identifiers=(LinkIdentifier(scheme, text),)))
    return next((each.value for each in record.identifiers), None)


@pytest.mark.parametrize("rule", EXAMPLES)
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_each_rule_in_sql_gives_what_the_rule_for_one_record_gives(rule, data):
    edits = st.tuples(st.integers(0, 20), st.sampled_from([*"0123456789 -+().@aAZ/", *ODD, ""]), st.booleans())
    texts = []
    for example in EXAMPLES[rule]:
        for place, letter, over in data.draw(st.lists(edits, min_size=5, max_size=12)):
            texts.append(example[:place] + letter + example[place + over :])
    texts += EXAMPLES[rule]
    with duckdb.connect() as connection:
        connection.register("sent", pd.DataFrame({"place": range(len(texts)), "text": pd.array(texts, dtype="string")}))
        expression = getattr(sql_rules, rule)("text")
        found = [each for (each,) in connection.execute(f"select {expression} from sent order by place").fetchall()]  # noqa: S608 - our own rule
    wanted = [PYTHON[rule](text) if rule in PYTHON else checked(rule, text) for text in texts]

    assert found == wanted


def table_of(connection, rows):
    frame = pd.DataFrame(rows, columns=["number", "row", *COLUMNS]).astype(dict.fromkeys(COLUMNS, "string"))
    connection.register("sent", frame)
    connection.execute("create table rows as select number::integer as number, row, * exclude (number, row) from sent")


def test_addresses_by_columns_have_the_key_of_one_address():
    random = Random(5)  # noqa: S311 - an example, no cryptography
    ways = ("High St", "Church Rd", "the Crescent", "Upper Mill Ln", "St Johns Rd", "flat Lane", "Mill")
    lines = [
        random.choice(("", "Flat 4a, ", "12/", "Unit 3 ", "Flat 07 ", "Flat C, ", "Rose House, ", "Villa 2, "))
        + random.choice(("14 ", "004 ", "0 ", "9, ", "7b ", "7 b ", "7b, ", "", "1-3 "))
        + random.choice(ways)
        + random.choice(
            ("", ", Northvale", ", Old Town, Northvale", ", Ash-on-Lea", ", Saint-André", " Northvale NV1 2AB")
        )
        for _ in range(600)
    ]
    codes = [random.choice(("NV1 2AB", "nv12ab", "90210", "00000", None)) for _ in lines]
    with connect() as connection:
        table_of(
            connection,
            [
                (n, n, "s", str(n), *[None] * 4, code, None, line, *[None] * 6)
                for n, (line, code) in enumerate(zip(lines, codes, strict=True))
            ],
        )
        standard_table(connection, COLUMNS)
        keys = [address_key([line], code) for line, code in zip(lines, codes, strict=True)]
        connection.register("keys", pd.DataFrame({"row": range(len(keys)), "key": pd.array(keys, dtype="string")}))
        agreeing = connection.execute(
            "select count(distinct key) = count(distinct key_code), "
            "bool_and((key is null) = (key_code is null)), count(distinct (key, key_code)) = count(distinct key_code) "
            "from keys join row_places using (row) where key is not null or key_code is not null"
        ).fetchall()
        told = connection.execute("select street, address from records order by number").fetchall()

    assert agreeing == [(True, True, True)]
    assert told == [
        (key_and_street([line], code)[1] or None, address_text([line]) or None)
        for line, code in zip(lines, codes, strict=True)
    ]


def generated_rows(people, seed):
    labelled = sorted(generate(people, seed), key=lambda each: (each.record.source, each.record.record_id))
    rows = []
    for number, each in enumerate(labelled):
        record = each.record
        ids = {one.scheme: one.value for one in record.identifiers}
        firsts = [next(iter(values), None) for values in (record.given_names, record.family_names)]
        rows.append(
            (
                number, number, record.source, record.record_id, *firsts, record.birth_date, record.sex,
                *(next(iter(values), None) for values in (record.postcodes, record.uprns)), None,
                *(ids.get(name) for name in ("nhs_number", "nino", "upn", "national_id")),
                *(next(iter(values), None) for values in (record.phones, record.emails)),
            )
        )  # fmt: skip
    return rows, np.array([each.person for each in labelled])


def test_generated_people_are_found_in_columns_and_each_record_stands_with_its_smallest():
    rows, truth = generated_rows(700, 31)
    with connect() as connection:
        table_of(connection, rows)
        linked = link_table(connection, COLUMNS)
    person = linked.persons.person
    measured = quality(person, truth)

    assert (person <= np.arange(len(person))).all()
    assert (person[person] == person).all()
    assert measured.precision >= 0.98
    assert measured.recall >= 0.85


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 4)), max_size=24))
def test_ids_are_inherited_as_one_by_one(records):
    groups = list(dict.fromkeys(group for group, _ in records))
    group_of = np.array([groups.index(group) for group, _ in records], dtype=np.int64)
    old_of = np.array([old for _, old in records], dtype=np.int64)
    found = inherit_ids(group_of, old_of, len(groups), 5)
    fresh = iter(str(number) for number in range(5, 20))
    clusters = [[f"{n:02d}" for n, each in enumerate(group_of) if each == group] for group in range(len(groups))]
    wanted = assign_person_ids(
        clusters, {f"{n:02d}": str(old) for n, (_, old) in enumerate(records) if old >= 0}, lambda: next(fresh)
    )
    names = dict(enumerate(found.code.tolist()))
    old_names = {f"{n:02d}": names[int(group_of[n])] for n in range(len(records))}

    assert len(set(found.code.tolist())) == len(groups)
    kept = {record: int(person) for record, person in wanted.person_of.items() if int(person) < 5}
    assert {record: code for record, code in old_names.items() if code < 5} == kept
    assert {str(old): str(names[taker]) for old, taker in found.merged.items()} == dict(wanted.merged)


def test_quality_is_counted_in_pairs_and_by_group():
    found, truth = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    whole = quality(found, truth)

    assert (whole.true_pairs, whole.joined_pairs, whole.right_pairs) == (4, 4, 2)
    assert whole.precision == whole.recall == whole.f1 == 0.5
    many = np.repeat(np.arange(200), 2)
    wrong = many.copy()
    wrong[1:100:2] += 1000
    by_group = quality_by_group(wrong, many, {"half": np.repeat([0, 1], 200)})["half"]
    assert widest_gap(by_group.values()) == pytest.approx(0.5)


def test_a_wrong_link_between_two_groups_counts_against_both():
    # 100 persons of two records each; the first girl was joined to the first boy.
    truth = np.repeat(np.arange(200), 2)
    sex = np.repeat([0, 1], 200)
    found = np.where(truth == 100, 0, truth)
    girls, boys = quality_by_group(found, truth, {"sex": sex})["sex"].values()

    assert girls == boys == Quality(true_pairs=100, joined_pairs=104, right_pairs=100)
