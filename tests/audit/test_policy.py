from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import PolicyError
from audit.keys import COSIGNATURE_V1, SignerKey
from audit.policy import parse_policy

LOG = SignerKey("northvale.example/audit", bytes(range(32))).verifier()
WITNESSES = [
    SignerKey(f"w{number}.example", bytes(range(number, 32 + number)), COSIGNATURE_V1).verifier()
    for number in range(1, 7)
]
NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]


def with_keys(text):
    """An example of the specification, its elided keys filled in: the log's first, then the witnesses'."""
    keys = iter([LOG, *WITNESSES])
    while "<vkey>" in text:
        text = text.replace("<vkey>", next(keys).encode(), 1)
    return text.encode()


def policy(*lines, witnesses=3):
    declared = [f"witness {NAMES[n]} {WITNESSES[n].encode()} http://127.0.0.1:{9000 + n}" for n in range(witnesses)]
    return "".join(f"{line}\n" for line in (*declared, *lines)).encode()


def test_the_example_of_the_specification_means_what_it_says(vectors):
    text = (vectors / "c2sp-spec-examples" / "tlog-policy.00.txt").read_text()

    read = parse_policy(with_keys(text))

    assert [one.key for one in read.logs] == [LOG]
    assert [one.name for one in read.witnesses] == NAMES
    for number in range(64):
        signed = [number >> place & 1 for place in range(6)]
        cosigners = [key for key, one in zip(WITNESSES, signed, strict=True) if one]
        assert read.satisfied_by(cosigners) is (sum(signed[:3]) >= 2 and sum(signed[3:]) >= 1)


def test_the_elided_examples_are_refused_and_so_is_each_line_of_grammar_alone(vectors):
    files = sorted((vectors / "c2sp-spec-examples").glob("tlog-policy.*.txt"))

    assert len(files) == 6
    for file in files:
        if file.name == "tlog-policy.04.txt":  # `quorum none` is a whole policy
            assert parse_policy(file.read_bytes()).satisfied_by([])
        else:
            with pytest.raises(PolicyError):
                parse_policy(file.read_bytes())


def test_spaces_tabs_comments_and_empty_lines_mean_nothing():
    text = f"\n# a comment\n \t witness\tw \t {WITNESSES[0].encode()}  \n  # another\n\n\tquorum   w\t\n"

    read = parse_policy(text.encode())

    assert not read.satisfied_by([])
    assert read.satisfied_by([WITNESSES[0]])


def test_a_name_is_octets_and_no_letter_is_another():
    kelvin = f"witness \N{KELVIN SIGN} {WITNESSES[0].encode()}\nquorum \N{KELVIN SIGN}\n".encode()
    latin = b"witness caf\xe9 " + WITNESSES[0].encode().encode() + b"\nquorum caf\xe9\n"

    assert parse_policy(kelvin).quorum == "\N{KELVIN SIGN}"
    assert parse_policy(latin).satisfied_by([WITNESSES[0]])
    with pytest.raises(PolicyError):
        parse_policy(kelvin.replace("quorum \N{KELVIN SIGN}".encode(), b"quorum K"))
    assert (
        len(parse_policy(policy(f"witness a\N{NO-BREAK SPACE}b {WITNESSES[5].encode()}", "quorum X1")).witnesses) == 4
    )


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["quorum X1", "quorum X1"],
        ["quorum X9"],
        ["quorum"],
        ["quorum X1 X2"],
        ["group g 0 X1", "quorum g"],
        ["group g 3 X1 X2", "quorum g"],
        ["group g 02 X1 X2", "quorum g"],
        ["group g most X1 X2", "quorum g"],
        ["group g any", "quorum g"],
        ["group g any none", "quorum g"],
        ["group g any X1 X1", "quorum g"],
        ["group g any X1", "group h any X1 X2", "quorum h"],
        ["group h any g", "group g any X1", "quorum h"],
        ["group X1 any X2", "quorum X1"],
        ["group none any X2", "quorum none"],
        [f"witness none {WITNESSES[5].encode()}", "quorum none"],
        [f"witness X9 {WITNESSES[0].encode()}", "quorum X1"],
        [f"witness X9 {LOG.encode()}", "quorum X1"],
        [f"log {WITNESSES[5].encode()}", "quorum X1"],
        [f"log {LOG.encode()}", f"log {LOG.encode()}", "quorum X1"],
        [f"log {LOG.encode()} http://a http://b", "quorum X1"],
        ["log northvale.example+00000000+AAAA", "quorum X1"],
        ["Quorum X1"],
        ["quorum X1\r"],
        ["quorum X1\x0b"],
        ["quorum none\x00"],
    ],
    ids=repr,
)
def test_a_policy_that_breaks_a_rule_is_refused_whole(lines):
    with pytest.raises(PolicyError):
        parse_policy(policy(*lines))


def test_a_last_line_without_its_newline_is_refused_and_a_broken_line_is_named():
    with pytest.raises(PolicyError):
        parse_policy(b"quorum none")
    with pytest.raises(PolicyError) as refusal:
        parse_policy(policy("quorum X9"))
    assert refusal.value.line == 4


def test_one_key_under_two_names_is_one_witness():
    renamed = SignerKey("w1-again.example", bytes(range(1, 33)), COSIGNATURE_V1).verifier()
    read = parse_policy(policy("group both all X1 X2", "quorum both"))

    assert not read.satisfied_by([WITNESSES[0], renamed])
    assert read.satisfied_by([renamed, WITNESSES[1]])


@given(needed=st.integers(1, 6), signed=st.sets(st.sampled_from(range(6))))
def test_a_group_is_made_by_as_many_members_as_it_needs(needed, signed):
    read = parse_policy(policy(f"group g {needed} {' '.join(NAMES)}", "quorum g", witnesses=6))

    assert read.satisfied_by(WITNESSES[one] for one in signed) is (len(signed) >= needed)


@given(data=st.binary(max_size=300))
def test_any_bytes_are_a_policy_or_refused_with_a_reason(data):
    with suppress(PolicyError):
        assert parse_policy(data).witnesses is not None
