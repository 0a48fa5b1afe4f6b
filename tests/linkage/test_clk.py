"""Keyed encodings: the same bits as the public encoder, similar for similar persons, matched without the key.

`clk_vectors.json` was made once with clkhash in an environment of its own, from invented people; the file says how.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gateway.commands.clk import app
from linkage.errors import LinkageError
from linkage.private.comparing import dice, match_encodings
from linkage.private.encoding import DEFAULT_FORM, Encoder, Field, Form, spread, values_of
from linkage.record import LinkRecord
from linkage.standardise import standardise

VECTORS = json.loads((Path(__file__).parent / "clk_vectors.json").read_text(encoding="utf-8"))
NAMES = [field.name for field in DEFAULT_FORM.fields]
SECRET = b"a secret of both sides"
AMINA = {"given_name": "amina", "family_name": "okafor", "birth_date": "19870314", "sex": "f", "postcode": "NV12AB"}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: f"{case['bits']}-{case['folds']}")
def test_the_bits_are_those_of_the_public_encoder(case):
    encoder = Encoder(case["secret"].encode(), Form(DEFAULT_FORM.fields, case["bits"], case["folds"]))

    for person, wanted in zip(VECTORS["people"], case["encodings"], strict=True):
        assert encoder.encode(dict(zip(NAMES, person, strict=True))).hex() == wanted


def test_a_misspelling_stays_near_and_a_brother_is_further_than_that():
    encoder = Encoder(SECRET)
    amina = encoder.encode(AMINA)
    misspelt = encoder.encode(AMINA | {"given_name": "aminah"})
    brother = encoder.encode(AMINA | {"given_name": "chidi", "sex": "m", "birth_date": "19900702"})

    assert dice(amina, amina) == 1
    assert dice(amina, misspelt) > 0.9
    assert dice(amina, brother) < 0.75


def test_another_secret_gives_other_bits_and_a_short_one_is_refused():
    assert dice(Encoder(SECRET).encode(AMINA), Encoder(b"quite another secret").encode(AMINA)) < 0.5
    with pytest.raises(LinkageError):
        Encoder(b"short")
    with pytest.raises(LinkageError):
        Form(DEFAULT_FORM.fields, 1000)


@given(st.integers(0, 500), st.integers(1, 60))
def test_every_value_of_a_field_is_inserted_as_often(insertions, tokens):
    shares = spread(insertions, tokens)

    assert sum(shares) == insertions
    assert max(shares) - min(shares) <= 1


def test_a_longer_name_sets_hardly_more_bits():
    encoder = Encoder(SECRET, Form((Field("name", 2, 100),)))
    bits = [
        int.from_bytes(encoder.encode({"name": name}), "big").bit_count() for name in ("jo", "maximiliana-theodora")
    ]

    assert max(bits) - min(bits) < 12


def test_values_come_from_the_form_in_which_records_are_compared():
    record = LinkRecord(
        "1", "a", given_names=("Mrs AMINA Grace",), family_names=("Okafor",), birth_date="1987-03-14", sex="Female",
        postcodes=("nv1 2ab",),
    )  # fmt: skip

    assert values_of(standardise(record)) == AMINA


def encoded(encoder, count, changed=()):
    names = [
        f"{first}{last}" for first in ("am", "be", "chi", "da", "ef", "gu") for last in ("na", "lor", "tika", "mund")
    ]
    return [
        encoder.encode(
            {
                "given_name": names[number % 24] + ("x" if number in changed else ""),
                "family_name": names[number * 7 % 24] + "son",
                "birth_date": f"{1950 + number % 60}{number % 12 + 1:02d}{number % 28 + 1:02d}",
                "sex": "fm"[number % 2],
                "postcode": f"NV{number % 9 + 1}{number % 7 + 1}AB",
            }
        )
        for number in range(count)
    ]


def test_two_sides_are_matched_row_by_row_without_the_key():
    encoder = Encoder(SECRET)
    left, right = encoded(encoder, 60), encoded(encoder, 80, changed={3, 5})

    found = match_encodings(left, right)

    assert {(each.left, each.right) for each in found} == {(number, number) for number in range(60)}
    assert [round(each.similarity, 9) == 1 for each in found].count(False) == 2


def test_what_fits_two_is_given_to_neither():
    encoder = Encoder(SECRET)
    left, right = [encoder.encode(AMINA)], [encoder.encode(AMINA | {"sex": "m"}), encoder.encode(AMINA | {"sex": ""})]

    assert match_encodings(left, right[:1]) != []
    assert match_encodings(left, right) == []


def test_sides_of_different_lengths_are_refused():
    with pytest.raises(LinkageError):
        match_encodings([bytes(128)], [bytes(64)])
    assert match_encodings([], [bytes(64)]) == []


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_file_is_encoded_and_matched_by_command_and_no_name_leaves_with_it(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    header = "source,source_key,given_name,family_name,birth_date,sex,postcode,notes\n"
    (tmp_path / "a.csv").write_text(
        header + "housing,1,Amina,Okafor,1987-03-14,F,NV1 2AB,x\nhousing,2,Jo,Li,,M,NV9 9ZZ,\n"
    )
    (tmp_path / "b.csv").write_text(
        header + "school,7,Aminah,Okafor,1987-03-14,F,NV1 2AB,\nschool,8,Ada,Byron,1990-01-02,F,NV3 3CD,\n"
    )

    for side in "ab":
        done = run("encode", tmp_path / f"{side}.csv", "--secret", secret, "--out", tmp_path / f"{side}.clk.csv")
        assert done.exit_code == 0, done.output
    done = run("match", tmp_path / "a.clk.csv", tmp_path / "b.clk.csv", "--out", tmp_path / "pairs.csv")

    assert done.exit_code == 0, done.output
    assert "kafor" not in (tmp_path / "a.clk.csv").read_text().lower()
    lines = (tmp_path / "pairs.csv").read_text().splitlines()
    assert lines[0] == "left_source,left_key,right_source,right_key,similarity"
    assert [line.rsplit(",", 1)[0] for line in lines[1:]] == ["housing,1,school,7"]


@pytest.mark.parametrize(
    ("content", "said"), [("a,b\n1,2\n", "no column"), ("source,source_key,clk\n,2,00\n", "no source")]
)
def test_files_that_cannot_be_matched_are_refused_in_plain_words(tmp_path, content, said):
    (tmp_path / "x.csv").write_text(content)

    done = run("match", tmp_path / "x.csv", tmp_path / "x.csv", "--out", tmp_path / "out.csv")

    assert done.exit_code != 0
    assert said in str(done.exception)


def encoded_file(folder, text, *options):
    (folder / "secret").write_bytes(SECRET)
    (folder / "in.csv").write_text(text)
    done = run("encode", folder / "in.csv", "--secret", folder / "secret", "--out", folder / "out.csv", *options)
    return done, (folder / "out.csv").read_text().splitlines()[1:]


def test_a_file_says_the_same_whichever_way_link_may_read_it(tmp_path):
    head, row = "source,source_key,given_name,family_name,birth_date", "housing,1,Amina,Okafor,1987-03-14"
    _, plain = encoded_file(tmp_path, f"{head}\n{row}\n")
    renamed = f"{head.removeprefix('source,').replace('birth_date', 'dob')}\n{row.removeprefix('housing,')}\n"

    assert encoded_file(tmp_path, f"{head.upper()}\n{row.replace('-', '')}\n")[1] == plain
    assert encoded_file(tmp_path, renamed, "--source", "housing", "--rename", "dob=birth_date")[1] == plain
    assert encoded_file(tmp_path, f"{head}\n{row}\n{row}\n")[1] == plain


def test_what_cannot_be_encoded_is_told_and_who_is_known_by_a_home_alone_is_left_out(tmp_path):
    done, rows = encoded_file(
        tmp_path,
        "source,source_key,given_name,family_name,birth_date,postcode\n"
        "a,1,Amina,Okafor,Spring 1987,NV1 2AB\na,2,,Okafor,,NV1 2AB\na,3,Not Known,Okafor,,NV1 2AB\n",
    )

    assert done.exit_code == 1
    assert "a date of birth is written in no known form: rows 1" in done.output
    assert "no column sex, and nothing of it is encoded" in done.output
    assert "would pair with anybody of their home: rows 2, 3" in done.output
    assert [row.split(",")[1] for row in rows] == ["1"]


@pytest.mark.parametrize("weak", ["a" * 24, "0" * 32, "abc" * 10, "\n" + " 1" * 9])
def test_a_secret_that_anybody_would_guess_is_refused(tmp_path, weak):
    (tmp_path / "secret").write_text(weak)
    (tmp_path / "in.csv").write_text("source,source_key,given_name,family_name\nhousing,1,Jo,Li\n")
    done = run("encode", tmp_path / "in.csv", "--secret", tmp_path / "secret", "--out", tmp_path / "out.csv")
    assert "can be guessed; make one with openssl rand -hex 32" in str(done.exception)
    assert not (tmp_path / "out.csv").exists()


WHOLE = "0f" * 128


@pytest.mark.parametrize("cut", ["", "0f" * 5, "0f" * 64, "0f0", "words"])
def test_a_file_of_encodings_that_was_cut_short_is_told_by_its_row(tmp_path, cut):
    side = tmp_path / "side.csv"
    side.write_text(f"source,source_key,clk\ns,1,{WHOLE}\n\ns,2,{WHOLE}\ns,3,{cut}\n")
    done = run("match", side, side, "--out", tmp_path / "out.csv")
    assert str(done.exception).startswith("side.csv: clk of row 4 is no encoding or of another length")


def test_two_sides_that_nothing_joins_are_asked_about_and_rows_that_repeat_are_told(tmp_path):
    for side, secret in (("a", SECRET), ("b", SECRET[::-1])):
        (tmp_path / "secret").write_bytes(secret)
        text = "source,source_key,given_name,family_name,birth_date\n" + f"{side},1,Amina,Okafor,1987-03-14\n"
        (tmp_path / f"{side}.csv").write_text(text + f"{side},2,Amina,Okafor,1987-03-14\n")
        run("encode", tmp_path / f"{side}.csv", "--secret", tmp_path / "secret", "--out", tmp_path / f"{side}.clk.csv")
    done = run("match", tmp_path / "a.clk.csv", tmp_path / "b.clk.csv", "--out", tmp_path / "out.csv")
    assert "warning: nothing fits; were both sides encoded under one secret and in one form?" in done.output
    assert "warning: a.clk.csv: 1 rows have the bits of another; neither is paired" in done.output
